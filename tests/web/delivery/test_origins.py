"""Which origins may open a WebSocket."""

import pytest
from reflex_base.config import get_config

from rxapp.auth.web.delivery.origins import origin_check, with_public_origins

OWN = {"HTTP_HOST": "app.example.com"}


def settings_with(settings, **changes):
    return settings.model_copy(update=changes)


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        ("https://app.example.com", True),
        ("https://angular.example.com", True),
        ("https://evil.example", False),
        ("https://app.example.com.evil.example", False),
        ("https://app.example.com:8443", False),
        ("http://app.example.com", False),
        ("http://angular.example.com", False),
        ("ftp://app.example.com", False),
        ("app.example.com", False),
        ("//app.example.com", False),
        ("https://evil-app.example.com", False),
        ("https://evil.app.example.com", False),
        ("https://evil.example/app.example.com", False),
        ("https://evil.example#app.example.com", False),
        ("https://app.example.com@evil.example", False),
        ("https://evil.example@app.example.com", False),
        ("https://app.example.com.", False),
        ("https://app.example.com%00.evil.example", False),
        ("https://app.example.com\\.evil.example", False),
        ("https://angular.example.com, https://evil.example", False),
        ("https://angular.example.com.evil.example", False),
        ("https://[::1", False),
        ("*", False),
        ("null", False),
        ("file://", False),
        ("", False),
    ],
)
def test_in_production_its_own_origin_and_those_named(settings, origin, is_allowed):
    check = origin_check(settings_with(settings, environment="production", allowed_origins=("https://angular.example.com",)))
    assert check(origin, OWN) is is_allowed


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        ("http://app.example.com:3000", True),
        ("http://evil.example:3000", False),
        ("http://app.example.com.evil.example:3000", False),
        ("http://app.example.com:3000@evil.example", False),
        ("//app.example.com:3000", False),
        ("http://[::1", False),
        ("null", False),
        ("", False),
    ],
)
def test_in_development_any_port_of_its_own_host(settings, origin, is_allowed):
    assert origin_check(settings)(origin, {"HTTP_HOST": "app.example.com:8000"}) is is_allowed


def test_without_a_host_nothing_is_its_own(settings):
    assert origin_check(settings)("https://evil.example", {}) is False


def test_in_production_http_is_allowed_from_this_machine_itself_only(settings):
    check = origin_check(settings_with(settings, environment="production"))
    assert check("http://localhost:3000", {"HTTP_HOST": "localhost:3000"}) is True
    assert check("http://intranet:3000", {"HTTP_HOST": "intranet:3000"}) is False


def test_the_host_is_compared_in_any_letter_case(settings):
    check = origin_check(settings_with(settings, environment="production"))
    assert check("https://app.example.com", {"HTTP_HOST": "App.Example.COM"}) is True


@pytest.mark.parametrize("origin", ["https://evil.example", "https://www.app.example.com", "http://localhost:3000"])
def test_once_the_public_origins_are_named_a_host_header_makes_no_origin_the_apps_own(settings, origin):
    check = origin_check(settings_with(settings, environment="production", public_origins=("https://app.example.com",)))
    assert check(origin, {"HTTP_HOST": origin.partition("://")[2]}) is False
    assert check("https://app.example.com", {"HTTP_HOST": "10.0.0.3:3000"}) is True


class TestWhereReflexKnowsTheAddress:
    @pytest.fixture
    def told(self, monkeypatch):
        def told(**urls):
            for name in ("deploy_url", "api_url"):
                monkeypatch.setattr(get_config(), name, urls.get(name, "http://localhost:3000"))

        return told

    def public_origins(self, settings, **changes):
        return with_public_origins(settings_with(settings, **changes)).public_origins

    def test_it_is_the_public_origin(self, settings, told):
        told(deploy_url="https://App.example.com:443/", api_url="https://api.example.com/base?x#y")
        expected = ("https://app.example.com", "https://api.example.com")
        assert self.public_origins(settings, environment="production") == expected

    def test_the_allowed_origins_go_on_being_good_for_proofs(self, settings, told):
        told(deploy_url="https://app.example.com")
        both = ("https://app.example.com", "https://b.example")
        assert self.public_origins(settings, allowed_origins=("https://b.example",)) == both

    def test_what_the_settings_name_wins(self, settings, told):
        told(deploy_url="https://app.example.com")
        assert self.public_origins(settings, public_origins=("https://b.example",)) == ("https://b.example",)

    @pytest.mark.parametrize(
        "url",
        ["", None, "http://localhost:3000", "http://127.0.0.1", "http://0.0.0.0:8000", "http://[::1", "ftp://x.example", "x"],
    )
    def test_a_default_names_nothing(self, settings, told, url):
        told(deploy_url=url, api_url=url)
        assert self.public_origins(settings) == ()

    def test_in_production_an_address_that_can_be_forged_on_the_way_is_none_and_its_log_says_what_is_missing(
        self, settings, told, caplog
    ):
        told(deploy_url="http://app.example.com")
        assert self.public_origins(settings, environment="production") == ()
        assert "RXAPP_PUBLIC_ORIGINS" in caplog.text
        assert self.public_origins(settings) == ("http://app.example.com",)


@pytest.mark.parametrize("host", ["localhost", "app.example.com", "backend:8000", ""])
@pytest.mark.parametrize("address", ["https://localhost:8443", "http://localhost:8080/portal", "https://app.example.com:8443/"])
def test_a_named_address_is_its_own_whatever_a_proxy_makes_of_the_host(settings, monkeypatch, address, host):
    monkeypatch.setattr(get_config(), "deploy_url", address)
    monkeypatch.setattr(get_config(), "_non_default_attributes", {"deploy_url"})
    check = origin_check(with_public_origins(settings_with(settings, environment="production")))
    origin = "/".join(address.split("/")[:3])
    assert check(origin, {"HTTP_HOST": host})
    assert not check("https://evil.example", {"HTTP_HOST": host})


def test_the_default_address_of_pages_is_not_a_named_one(settings, monkeypatch):
    monkeypatch.setattr(get_config(), "deploy_url", "http://localhost:3000")
    monkeypatch.setattr(get_config(), "_non_default_attributes", set())
    assert not origin_check(settings_with(settings, environment="production"))("http://localhost:3000", OWN)
