"""What stands above the forms: the app's own logo, in the light and in the dark, or the first letter of its name."""

import re

import pytest
import reflex as rx

from rxapp.auth.core.service import AuthService
from rxapp.auth.http.runtime.service import use_service
from rxapp.auth.web.site.page_layout import Look
from rxapp.auth.web.ui.logo import logo
from rxapp.auth.web.ui.theme import stylesheet


@pytest.fixture(autouse=True)
def acme(settings, sqlite_database, clock):
    use_service(AuthService(settings.model_copy(update={"app_name": "acme bank"}), sqlite_database, clock))


def test_an_app_without_a_logo_has_the_first_letter_of_its_name_which_is_not_read_out():
    shown = str(logo(Look()))
    assert '"A"' in shown
    assert '"aria-hidden":"true"' in shown


def test_a_view_is_shown_as_it_is():
    assert "Our own" in str(logo(Look(logo=lambda: rx.el.p("Our own"))))


def test_a_picture_has_the_name_of_the_app_for_whoever_cannot_see_it_and_stands_below_the_path_of_the_app(monkeypatch):
    monkeypatch.setattr(rx.config.get_config(), "frontend_path", "/portal")
    shown = str(logo(Look(logo="/logo.svg")))
    assert 'src:"/portal/logo.svg"' in shown
    assert 'alt:"acme bank"' in shown
    assert "auth-on" not in shown


def test_one_of_two_pictures_is_shown_in_the_light_and_the_other_in_the_dark():
    look = Look(logo="/logo.svg", logo_dark="/logo-dark.svg")
    shown = str(logo(look))
    assert re.search(r'auth-on-light"[^}]*src:"/logo.svg"', shown)
    assert re.search(r'auth-on-dark"[^}]*src:"/logo-dark.svg"', shown)
    assert ".auth-on-dark,.dark .auth-on-light{display:none}.dark .auth-on-dark{display:block}" in stylesheet(look)
