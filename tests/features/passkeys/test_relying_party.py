"""Where passkeys are valid, with and without proxies, ports and related origins."""

import pytest
from pydantic import ValidationError

from rxapp.auth import Settings
from rxapp.auth.features.passkeys.rules.relying_party import accepts_origin, origins_without_passkeys, rp_id


def settings_with(**some) -> Settings:
    return Settings(_env_file=None, **some)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "localhost"),
        ({"public_origins": ("https://app.example.com:8443", "https://other.example.com")}, "app.example.com"),
        ({"allowed_origins": ("https://app.example.com",)}, "app.example.com"),
        ({"allowed_origins": ("*",)}, "localhost"),
        ({"public_origins": ("https://app.example.com",), "passkey_rp_id": "example.com"}, "example.com"),
    ],
)
def test_the_id_is_the_host_of_the_first_origin_or_that_of_the_settings(given, expected):
    assert rp_id(settings_with(**given)) == expected


@pytest.mark.parametrize("name", ["https://example.com", "example.com:443", "Example.com", "exämple.com", "example.com/", "a..b"])
def test_an_id_that_is_no_host_name_is_refused(name):
    with pytest.raises(ValidationError):
        settings_with(passkey_rp_id=name)


class TestOrigins:
    def test_named_ones_are_accepted_with_their_port_and_no_other(self):
        settings = settings_with(public_origins=("https://app.example.com:8443",), passkey_origins=("https://example.org",))
        assert accepts_origin(settings, "https://app.example.com:8443")
        assert accepts_origin(settings, "https://example.org")
        for other in ("https://app.example.com", "http://app.example.com:8443", "https://evil.example", "", "null"):
            assert not accepts_origin(settings, other)

    def test_in_development_each_port_of_this_machine_is(self):
        for own in ("http://localhost:3000", "http://localhost", "https://app.localhost:8000"):
            assert accepts_origin(settings_with(), own)
        for other in ("http://localhost.example", "ftp://localhost", "http://localhost/path", "http://[", "http://a@localhost"):
            assert not accepts_origin(settings_with(), other)


def test_doctor_learns_which_origins_browsers_refuse():
    settings = settings_with(passkey_rp_id="example.com", passkey_origins=("https://example.org",))
    fine = ["https://example.com", "https://app.example.com:8443", "https://example.org"]
    wrong = ["https://badexample.com", "http://example.com", "https://192.0.2.1", "https://example.net"]
    assert origins_without_passkeys(settings, [*fine, *wrong]) == wrong
