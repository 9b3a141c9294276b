"""Making an account for oneself: the policy in words, nothing typed is lost, and one is signed in with it."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import USER, sign_in, stored

GOOD_PASSWORD = "correct horse battery staple"


@pytest.fixture
def user_name() -> str:
    return f"new-{uuid.uuid4().hex[:8]}"


def fill(tab, user_name, password=GOOD_PASSWORD, again=None):
    tab.goto("/register")
    tab.get_by_label("Username").fill(user_name)
    tab.get_by_label("Display name").fill("Somebody New")
    tab.get_by_label("Password", exact=True).fill(password)
    tab.get_by_label("Repeat password").fill(password if again is None else again)


def create(tab):
    tab.get_by_role("button", name="Create account").click()


def test_a_person_registers_is_signed_in_and_can_sign_in_again(tab, other_profile, user_name):
    tab.goto("/login")
    tab.get_by_role("link", name="Create an account").click()
    expect(tab).to_have_url(re.compile("/register/?$"))
    fill(tab, user_name)
    create(tab)
    expect(tab.get_by_text(f"You are logged in as {user_name}.")).to_be_visible()
    assert stored(tab)["refreshToken"]
    sign_in(other_profile.new_page(), user_name.upper(), GOOD_PASSWORD)


def test_the_hint_at_the_password_never_praises_what_will_be_refused(tab, user_name):
    fill(tab, user_name, f"{user_name} battery staple")
    expect(tab.get_by_text("must not contain your user name").first).to_be_visible()
    tab.get_by_label("Password", exact=True).fill("rxapp battery staple horse")
    expect(tab.get_by_text("must not contain your user name or the name of this app").first).to_be_visible()


def test_with_the_keyboard_alone(tab, user_name):
    tab.goto("/register")
    expect(tab.get_by_label("Username")).to_be_focused()
    for text in (user_name, "Somebody New", GOOD_PASSWORD):
        tab.keyboard.type(text)
        tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")  # past the button that shows the password
    tab.keyboard.type(GOOD_PASSWORD)
    tab.keyboard.press("Enter")
    expect(tab.get_by_text(f"You are logged in as {user_name}.")).to_be_visible()


@pytest.mark.parametrize(
    ("password", "again", "words", "field"),
    [
        ("too short", None, "at least 15 characters", "Password"),
        ("passwordpassword", None, "too easy to guess", "Password"),
        ("I love rxapp very much", None, "your user name or the name of this app", "Password"),
        (GOOD_PASSWORD, GOOD_PASSWORD.upper(), "not the same", "Repeat password"),
    ],
)
def test_a_refused_password_is_explained_beside_its_field_and_nothing_typed_is_lost(
    tab, user_name, password, again, words, field
):
    fill(tab, user_name, password, again)
    create(tab)
    expect(tab.get_by_role("alert").filter(has_text=words)).to_be_visible()
    wrong = tab.get_by_label(field, exact=True)
    expect(wrong).to_be_focused()
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_accessible_description(re.compile(words))
    expect(tab.get_by_label("Username")).to_have_value(user_name)
    expect(tab.get_by_label("Password", exact=True)).to_have_value(password)
    assert stored(tab) == {}


def test_a_name_that_reads_like_one_that_is_taken_is_refused(tab):
    fill(tab, USER.upper())
    create(tab)
    expect(tab.get_by_role("alert").filter(has_text="This user name is taken.")).to_be_visible()
    expect(tab.get_by_label("Username")).to_be_focused()


def test_a_hint_follows_the_typing(tab, user_name):
    tab.goto("/register")
    password = tab.get_by_label("Password", exact=True)
    expect(tab.get_by_text("At least 15 characters.")).to_be_visible()
    password.press_sequentially("aaaaaaaaaaaaaa")
    expect(tab.get_by_text("1 more character to go")).to_be_visible()
    password.press_sequentially("aaaa")
    expect(tab.get_by_text("too easy to guess")).to_be_visible()
    password.fill(GOOD_PASSWORD)
    expect(tab.get_by_text("Very good")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_below_the_hint_moves_while_it_changes_for_a_click_would_miss_it(tab, width):
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto("/register")
    log_in = tab.get_by_role("link", name="Log in")
    expect(tab.get_by_text("At least 15 characters.")).to_be_visible()
    place = log_in.bounding_box()
    for password, hint in (("a", "14 more characters to go"), (GOOD_PASSWORD, "Very good")):
        tab.get_by_label("Password", exact=True).fill(password)
        expect(tab.get_by_text(hint)).to_be_visible()
        assert log_in.bounding_box() == place


def test_no_password_is_in_the_log_or_in_a_url(tab, server, user_name):
    requested = []
    tab.on("request", lambda request: requested.append(request.url))
    fill(tab, user_name)
    create(tab)
    expect(tab.get_by_text("You are logged in as")).to_be_visible()
    assert GOOD_PASSWORD not in server.log.read_text()
    assert not [url for url in requested if "horse" in url]


def test_whoever_is_logged_in_is_told_so_and_may_go_on_or_log_out(tab, person):
    sign_in(tab, person)
    tab.goto("/register")
    expect(tab.get_by_role("status").filter(has_text=f"You are logged in as {person}.")).to_be_visible()
    expect(tab.get_by_label("Username")).to_have_count(0)
    tab.get_by_role("button", name="Log out").click()
    expect(tab).to_have_url(re.compile("/login"))
    tab.goto("/register")
    expect(tab.get_by_label("Username")).to_be_visible()
