"""In development, a server that only this machine can reach answers to names of this machine: no website can rebind its own."""

import pytest

from rxapp.auth.http.middleware.own_host import host_check

HERE = ("127.0.0.1", 8000)


def fault(settings, host, server=HERE):
    headers = [(b"host", host.encode())] if host else []
    return host_check(settings)({"headers": headers, "server": server})


@pytest.mark.parametrize(
    "host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST", "app.localhost:3000", "localhost.", ""]
)
def test_names_of_this_machine_are(settings, host):
    assert fault(settings, host) == ""


@pytest.mark.parametrize(
    "host", ["evil.example:8000", "evil.example", "192.0.2.1", "localhost.evil.example", "127.0.0.1.evil.example"]
)
@pytest.mark.parametrize("server", [HERE, ("::1", 8000)])
def test_others_are_not_and_it_says_what_to_do(settings, host, server):
    assert "RXAPP_PUBLIC_ORIGINS" in fault(settings, host, server)


@pytest.mark.parametrize("option", ["public_origins", "allowed_origins"])
def test_one_that_the_settings_name_is(settings, option):
    named = settings.model_copy(update={option: ("https://app.example",)})
    assert fault(named, "app.example") == ""
    assert fault(named, "evil.example") != ""


@pytest.mark.parametrize("server", [("192.0.2.7", 8000), ("0.0.0.0", 8000), ("testserver", 80), ("/run/app.sock", None), None])
def test_a_server_that_others_can_reach_has_whichever_name_they_use(settings, server):
    assert fault(settings, "box.lan:8000", server) == ""


def test_in_production_the_origins_of_the_settings_are_asked_and_not_this(settings):
    assert fault(settings.model_copy(update={"environment": "production"}), "evil.example") == ""
