"""Signing in, as a person does it in a browser (S1, S2, S8, S10, S11, S12)."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PASSWORD, USER, log_in, stored


def fill(tab, user_name=USER, password=PASSWORD):
    tab.get_by_label("Username").fill(user_name)
    tab.get_by_label("Password").fill(password)


def test_home_says_that_nobody_is_signed_in_and_leads_to_log_in_and_customers(tab):
    tab.goto("/")
    expect(tab.get_by_text("You are not logged in.")).to_be_visible()
    expect(tab.get_by_role("link", name="Customers")).to_be_visible()
    tab.get_by_role("link", name="Log in").click()
    expect(tab.get_by_label("Username")).to_be_focused()


def test_logging_in_from_home_leads_home_where_the_person_is_named(tab):
    tab.goto("/login")
    fill(tab)
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("You are logged in as johndoe.")).to_be_visible()
    assert stored(tab)["refreshToken"].startswith("rxr1_")
    assert stored(tab)["jwt"].count(".") == 2


def test_a_guarded_page_leads_to_login_and_login_leads_back_to_it(tab):
    tab.goto("/customers")
    expect(tab).to_have_url(re.compile(r"/login\?next=/customers$"))
    fill(tab)
    tab.get_by_role("button", name="Log in").click()
    expect(tab).to_have_url(re.compile(r"/customers$"))
    expect(tab.get_by_role("list", name="Customers").get_by_role("listitem")).to_have_text(["John Doe", "Jane Doe"])


def test_a_guarded_page_keeps_its_query_across_the_login(tab):
    tab.goto("/customers?page=2&sort=name")
    expect(tab.get_by_label("Username")).to_be_visible()
    fill(tab)
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(re.compile(r"/customers\?page=2&sort=name$"))


def test_login_never_leads_to_another_site(tab, server):
    for target in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"):
        tab.goto(f"/login?next={target}")
        fill(tab)
        tab.keyboard.press("Enter")
        expect(tab.get_by_text("You are logged in as")).to_be_visible()
        assert tab.url.rstrip("/") == server.pages_url.rstrip("/")
        tab.get_by_role("button", name="Log out").click()
        expect(tab.get_by_text("You are logged out.")).to_be_visible()


def test_the_button_is_disabled_until_the_form_is_valid(tab):
    tab.goto("/login")
    button = tab.get_by_role("button", name="Log in")
    expect(button).to_be_disabled()
    tab.get_by_label("Username").fill(USER)
    expect(button).to_be_disabled()
    tab.get_by_label("Password").fill("x")
    expect(button).to_be_enabled()
    tab.get_by_label("Username").fill("")
    expect(button).to_be_disabled()


def test_a_wrong_password_is_said_in_an_alert_and_what_was_typed_stays(tab):
    tab.goto("/login")
    fill(tab, password="wrong")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("alert").filter(has_text="user name or the password is wrong")).to_be_visible()
    expect(tab.get_by_label("Username")).to_have_value(USER)
    expect(tab.get_by_label("Password")).to_be_focused()
    expect(tab.get_by_role("button", name="Log in")).to_be_enabled()
    assert stored(tab) == {}


def test_an_unknown_user_gets_the_same_words_as_a_wrong_password(tab):
    tab.goto("/login")
    fill(tab, user_name="nobody")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("alert").filter(has_text="user name or the password is wrong")).to_be_visible()


def test_the_password_can_be_shown_and_hidden(tab):
    tab.goto("/login")
    fill(tab)
    tab.get_by_role("button", name="Show what was typed").click()
    expect(tab.get_by_label("Password")).to_have_attribute("type", "text")
    tab.get_by_role("button", name="Show what was typed").click()
    expect(tab.get_by_label("Password")).to_have_attribute("type", "password")


def test_password_managers_are_told_which_field_is_which(tab):
    tab.goto("/login")
    expect(tab.get_by_label("Username")).to_have_attribute("autocomplete", "username webauthn")
    expect(tab.get_by_label("Password")).to_have_attribute("autocomplete", "current-password")


def test_the_login_page_sends_a_signed_in_person_on(tab):
    log_in(tab)
    tab.goto("/login?next=/customers")
    expect(tab).to_have_url(re.compile(r"/customers$"))


def test_back_after_signing_in_does_not_show_the_form_again(tab):
    tab.goto("/")
    expect(tab.get_by_text("You are not logged in.")).to_be_visible()
    log_in(tab)
    tab.go_back()
    expect(tab.get_by_text("You are logged in as johndoe.")).to_be_visible()


def test_signing_in_works_with_the_keyboard_alone(tab):
    tab.goto("/customers")
    expect(tab.get_by_label("Username")).to_be_focused()
    tab.keyboard.type(USER)
    tab.keyboard.press("Tab")
    tab.keyboard.type(PASSWORD)
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="Customers")).to_be_visible()


def test_a_person_without_the_role_sees_a_clear_403_page_and_no_customer(tab, server):
    from tests.e2e.database import open_service

    with open_service(server) as service:
        service.create_user("visitor", PASSWORD)
    tab.goto("/customers")
    fill(tab, user_name="visitor")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="You do not have access to this page")).to_be_visible()
    assert "John Doe" not in tab.content()


@pytest.mark.at_root
def test_the_prerendered_page_holds_no_private_data_and_the_whole_form(api):
    assert "John Doe" not in api.get("/customers/").text
    login = api.get("/login/").text
    assert 'name="username"' in login
    assert 'method="post"' in login
