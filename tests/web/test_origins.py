"""Which origins may open a WebSocket."""

import pytest

from rxapp.auth.web.origins import origin_check

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
