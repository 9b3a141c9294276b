"""Administration: users found, made, given roles, disabled; at once, on open pages too; and nobody else gets near it."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from rxapp.auth.core.accounts.users import find_user
from tests.clock import A_SECOND
from tests.e2e.conftest import PASSWORD, USER, expect_login_with, log_in, sign_in, stored
from tests.e2e.database import open_service
from tests.thorough import thorough_but_for

NEW_PASSWORD = "correct horse battery staple"
STALE = 601


def open_user(tab, user_name):
    tab.goto("/admin/users")
    tab.get_by_label("Search by name").fill(user_name)
    tab.get_by_role("link", name=user_name).click()
    expect(tab.get_by_role("heading", name=user_name)).to_be_visible()


def confirm(tab, action):
    """Press the red button, and again in the dialog that asks."""
    tab.get_by_role("button", name=action).click()
    tab.get_by_role("dialog").get_by_role("button", name=action).click()


def rows(tab):
    """The rows of the table of users or events."""
    return tab.get_by_role("table").locator("tbody").get_by_role("row")


@pytest.fixture
def admin(tab, administrator):
    sign_in(tab, administrator, to="/admin/users")
    return tab


def test_a_user_is_found_by_part_of_either_name_in_any_letter_case(admin, server, person):
    with open_service(server) as service:
        service.create_user(f"ff-{person}", PASSWORD, display_name=f"Zoë {person} of Malmö")
    admin.get_by_label("Search by name").fill(f"ZOË {person.upper()}")
    expect(admin.get_by_role("status").filter(has_text="1 user")).to_be_visible()
    expect(rows(admin)).to_have_count(1)
    admin.get_by_label("Search by name").fill("%")
    expect(admin.get_by_role("status").filter(has_text="0 users")).to_be_visible()
    expect(admin.get_by_text("No user has this name")).to_be_visible()


@pytest.mark.thorough
def test_users_are_paged_through(admin, server, person):
    with open_service(server) as service:
        for number in range(30):
            service.create_user(f"{person}-{number:02}", PASSWORD)
    admin.get_by_label("Search by name").fill(f"{person}-")
    expect(admin.get_by_role("status").filter(has_text="30 users")).to_be_visible()
    users = rows(admin)
    expect(users).to_have_count(25)
    admin.get_by_role("button", name="Next").click()
    expect(admin.get_by_text("Page 2 of 2")).to_be_visible()
    expect(users).to_have_count(5)
    expect(admin.get_by_role("button", name="Next")).to_be_disabled()
    admin.get_by_role("button", name="Previous").click()
    expect(users).to_have_count(25)


def test_a_new_user_sets_the_password_by_a_link_that_works_once(admin, other_profile, person, server):
    new_user = f"made-{person}"
    admin.get_by_role("button", name="New user").click()
    admin.get_by_label("Username").fill(new_user)
    admin.get_by_label("Display name").fill("Made by an administrator")
    admin.get_by_label("Roles").fill("Manager")
    admin.get_by_role("button", name="Create user").click()
    expect(admin.get_by_text(f"{new_user} has an account now.")).to_be_visible()
    link = admin.get_by_label("Link to set the password").input_value()
    admin.context.grant_permissions(["clipboard-read", "clipboard-write"])
    admin.get_by_role("button", name="Copy").click()
    assert admin.evaluate("navigator.clipboard.readText()") == link
    assert link.startswith(f"{server.pages_url}set-password#rxp1_")
    theirs = other_profile.new_page()
    theirs.goto(link)
    expect(theirs.get_by_text(f"For the user {new_user}.")).to_be_visible()
    theirs.get_by_label("New password", exact=True).fill("too short")
    theirs.get_by_label("Repeat new password").fill("too short")
    theirs.get_by_role("button", name="Set password").click()
    expect(theirs.get_by_role("alert").filter(has_text="at least 15 characters")).to_be_visible()
    theirs.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    theirs.get_by_label("Repeat new password").fill(NEW_PASSWORD)
    theirs.get_by_role("button", name="Set password").click()
    theirs.wait_for_url(server.pages_url)
    expect(theirs.get_by_role("button", name="Log out")).to_be_visible()
    again = other_profile.new_page()
    again.goto(link)
    expect(again.get_by_role("alert").filter(has_text="This link was used already")).to_be_visible()
    assert link.partition("#")[2] not in server.log.read_text()


def test_a_taken_name_is_said_beside_its_field_and_nothing_typed_is_lost(admin, person):
    admin.get_by_role("button", name="New user").click()
    admin.get_by_label("Username").fill(USER.upper())
    admin.get_by_label("Display name").fill("Somebody")
    admin.get_by_role("button", name="Create user").click()
    expect(admin.get_by_role("alert").filter(has_text="This user name is taken.")).to_be_visible()
    expect(admin.get_by_label("Display name")).to_have_value("Somebody")
    expect(admin.get_by_label("Username")).to_be_focused()
    expect(admin.get_by_label("Username")).to_have_attribute("aria-invalid", "true")
    expect(admin.get_by_label("Username")).to_have_accessible_description("This user name is taken.")
    admin.get_by_label("Username").fill(f"free-{person}")
    admin.get_by_label("Roles").fill('"')
    admin.keyboard.press("Enter")
    expect(admin.get_by_label("Roles")).to_be_focused()
    expect(admin.get_by_label("Roles")).to_have_accessible_description(re.compile("A role has at most"))
    expect(admin.get_by_label("Username")).to_have_attribute("aria-invalid", "false")


@pytest.mark.thorough
def test_users_are_sorted_by_their_columns_in_both_directions(admin, server, person, other_profile):
    with open_service(server) as service:
        for number in range(3):
            service.create_user(f"{person}-{number}", PASSWORD)
    sign_in(other_profile.new_page(), f"{person}-1")
    admin.get_by_label("Search by name").fill(f"{person}-")
    expect(admin.get_by_role("status").filter(has_text="3 users")).to_be_visible()
    column = admin.get_by_role("columnheader", name="User")
    expect(column).to_have_attribute("aria-sort", "ascending")
    column.get_by_role("button").click()
    expect(column).to_have_attribute("aria-sort", "descending")
    expect(rows(admin).first).to_contain_text(f"{person}-2")
    admin.get_by_role("button", name="Last seen").click()
    expect(rows(admin).first).to_contain_text(f"{person}-1")
    expect(rows(admin).last).to_contain_text("never")
    expect(column).to_have_attribute("aria-sort", "none")


@pytest.mark.thorough
def test_a_click_anywhere_in_a_row_leads_to_the_user_and_the_path_above_leads_back(admin, person):
    admin.get_by_label("Search by name").fill(person)
    expect(rows(admin)).to_have_count(1)
    rows(admin).get_by_role("cell").nth(2).click(force=True)
    expect(admin.get_by_role("heading", level=1, name=person)).to_be_visible()
    admin.get_by_role("navigation", name="You are here").get_by_role("link", name="Users").click()
    expect(admin.get_by_role("table")).to_be_visible()


@pytest.mark.thorough
def test_an_administrator_changes_the_display_name_of_a_user(admin, person, server):
    open_user(admin, person)
    admin.get_by_role("button", name="Edit").click()
    field = admin.get_by_label("Display name")
    expect(field).to_have_value(person)
    expect(field).to_be_focused()
    field.fill("x\u202ex")
    admin.keyboard.press("Enter")
    expect(field).to_have_accessible_description(re.compile("A name has at most"))
    field.fill("Renamed Person")
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("dialog")).to_be_hidden()
    expect(admin.get_by_role("heading", name="Renamed Person")).to_be_visible()
    with open_service(server) as service:
        assert service.administration.find_user(person).display_name == "Renamed Person"


def test_deleting_a_user_asks_once_and_takes_all_their_pages_to_the_login_page(admin, other_profile, person, server):
    theirs = other_profile.new_page()
    sign_in(theirs, person)
    open_user(admin, person)
    admin.get_by_role("button", name="Delete user").click()
    question = admin.get_by_role("dialog", name=f"Delete {person} for good?")
    expect(question.get_by_role("button", name="Cancel")).to_be_focused()
    admin.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(admin.get_by_role("button", name="Delete user")).to_be_focused()
    with open_service(server) as service:
        assert service.administration.find_user(person)
    confirm(admin, "Delete user")
    expect(admin.get_by_text(f"{person} was deleted.")).to_be_visible()
    expect_login_with(theirs, "account_deleted", "Your account has been deleted.")
    admin.get_by_role("link", name="All users").click()
    admin.get_by_label("Search by name").fill(person)
    expect(admin.get_by_text("No user has this name")).to_be_visible()


@pytest.mark.thorough
def test_what_was_done_is_said_on_the_screen_and_goes_away_but_not_while_the_mouse_is_on_it(admin, person):
    open_user(admin, person)
    admin.clock.install()
    notice = admin.get_by_text("Done.")
    for _ in range(2):  # the same words twice are two notices
        admin.get_by_role("checkbox", name="Manager").click()
        expect(notice).to_be_in_viewport()
        admin.clock.run_for(6_000)
        expect(notice).to_be_visible()
        admin.clock.run_for(2_000)
        expect(notice).to_be_hidden()
    admin.get_by_role("checkbox", name="Manager").click()
    notice.hover()
    admin.clock.run_for(60_000)
    expect(notice).to_be_visible()
    admin.get_by_role("button", name="Close").click()
    expect(notice).to_be_hidden()


def test_a_role_given_and_taken_shows_at_once_on_an_open_page(admin, other_profile, person):
    theirs = other_profile.new_page()
    sign_in(theirs, person)
    theirs.goto("/customers")
    expect(theirs.get_by_role("heading", name="You do not have access")).to_be_visible()
    open_user(admin, person)
    admin.get_by_role("checkbox", name="Manager").click()
    expect(admin.get_by_role("checkbox", name="Manager")).to_be_checked()
    expect(theirs.get_by_text("John Doe")).to_be_visible(timeout=A_SECOND * 1_500)
    admin.get_by_role("checkbox", name="Manager").click()
    expect(theirs.get_by_role("heading", name="You do not have access")).to_be_visible(timeout=A_SECOND * 1_500)
    assert "Jane Doe" not in theirs.content()


@pytest.mark.thorough
def test_a_role_that_no_page_asks_for_can_be_given(admin, person, server):
    open_user(admin, person)
    admin.get_by_label("Another role").fill("Auditor")
    admin.get_by_role("button", name="Give").click()
    expect(admin.get_by_role("checkbox", name="Auditor")).to_be_checked()
    with open_service(server) as service:
        assert service.administration.find_user(person).roles == ["Auditor"]


def test_disabling_ends_every_page_and_refuses_login_until_enabled_again(admin, other_profile, person):
    theirs = other_profile.new_page()
    sign_in(theirs, person)
    open_user(admin, person)
    confirm(admin, "Disable")
    expect_login_with(theirs, "user_disabled", "An administrator has disabled your account.")
    theirs.get_by_label("Username").fill(person)
    theirs.get_by_label("Password").fill(PASSWORD)
    theirs.get_by_role("button", name="Log in").click()
    expect(theirs.get_by_role("alert").filter(has_text="wrong")).to_be_visible()
    admin.get_by_role("button", name="Enable").click()
    expect(admin.get_by_role("button", name="Disable")).to_be_visible()
    sign_in(theirs, person)


def test_an_administrator_ends_one_session_and_all_of_a_user(admin, other_profile, browser, server, person):
    first, second = other_profile.new_page(), browser.new_context(base_url=server.pages_url).new_page()
    sign_in(first, person)
    sign_in(second, person)
    open_user(admin, person)
    sessions = admin.get_by_role("list", name="Sessions").get_by_role("listitem")
    expect(sessions).to_have_count(2)
    sessions.first.get_by_role("button").click()
    expect(sessions).to_have_count(1)
    confirm(admin, "End all")
    for page in (first, second):
        expect_login_with(page, "ended_by_administrator", "An administrator ended your session.")
    expect(admin.get_by_text("Not logged in anywhere.")).to_be_visible()
    second.context.close()


@pytest.fixture
def alone(server):
    """No administrator but the test's own: the demo's is none for a while."""
    with open_service(server) as service, service.database.write() as db:
        find_user(db, "admin").roles = []
    yield
    with open_service(server) as service, service.database.write() as db:
        find_user(db, "admin").roles = ["Admin"]


def test_the_last_administrator_can_neither_step_down_nor_be_disabled(admin, administrator, alone):
    open_user(admin, administrator)
    admin.get_by_role("checkbox", name="Admin").click()
    expect(admin.get_by_role("alert").filter(has_text="This is the only administrator.")).to_be_visible()
    expect(admin.get_by_role("checkbox", name="Admin")).to_be_checked()
    confirm(admin, "Disable")
    expect(admin.get_by_role("alert").filter(has_text="This is the only administrator.")).to_be_visible()
    confirm(admin, "Delete user")
    expect(admin.get_by_role("alert").filter(has_text="This is the only administrator.")).to_be_visible()
    admin.goto("/account")
    admin.get_by_label("Your password, to delete the account").fill(PASSWORD)
    admin.get_by_role("button", name="Delete my account").click()
    expect(admin.get_by_role("alert").filter(has_text="This is the only administrator.")).to_be_visible()


@pytest.mark.thorough
def test_long_after_the_password_it_is_asked_for_and_the_filled_form_is_then_sent(admin, server, person):
    new_user = f"later-{person}"
    admin.get_by_role("button", name="New user").click()
    admin.get_by_label("Username").fill(new_user)
    server.move_clock(STALE)
    admin.get_by_role("button", name="Create user").click()
    expect(admin.get_by_role("dialog", name="Confirm that it is you")).to_be_visible()
    admin.keyboard.type(PASSWORD)
    admin.keyboard.press("Enter")
    expect(admin.get_by_text(f"{new_user} has an account now.")).to_be_visible()


@pytest.mark.parametrize(
    "query", thorough_but_for(("?id=garbage",), ("", "?id=garbage", "?id=00000000-0000-4000-8000-000000000000"))
)
def test_a_user_that_is_not_there_is_said(admin, query):
    admin.goto(f"/admin/user{query}")
    expect(admin.get_by_role("alert").filter(has_text="There is no such user.")).to_be_visible()


class TestEvents:
    @pytest.mark.thorough
    def test_they_are_filtered_by_user_kind_and_day(self, admin, other_profile, person):
        theirs = other_profile.new_page()
        sign_in(theirs, person)
        admin.get_by_role("link", name="Events").click()
        admin.get_by_label("User", exact=True).fill(person)
        admin.get_by_role("button", name="Filter").click()
        events = rows(admin)
        expect(events).to_have_count(2)
        expect(events.first).to_contain_text("Logged in")
        admin.get_by_label("What happened").select_option("Account created")
        admin.get_by_role("button", name="Filter").click()
        expect(events).to_have_count(1)
        admin.get_by_label("Until (UTC)").fill("2020-01-01")
        admin.get_by_role("button", name="Filter").click()
        expect(admin.get_by_role("status").filter(has_text="0 events")).to_be_visible()
        expect(admin.get_by_text("No event matches")).to_be_visible()
        admin.get_by_label("User", exact=True).fill("nobody of that name")
        admin.get_by_role("button", name="Filter").click()
        expect(admin.get_by_role("alert").filter(has_text="There is no user of that name.")).to_be_visible()
        admin.get_by_role("button", name="Clear").click()
        expect(admin.get_by_label("User", exact=True)).to_have_value("")
        expect(admin.get_by_role("alert").filter(has_text="There is no user of that name.")).to_be_hidden()
        expect(events.first).to_be_visible()
        admin.get_by_role("row").filter(has_text=person).first.click()
        expect(admin.get_by_role("heading", name=person)).to_be_visible()

    def test_they_are_exported_as_csv(self, admin, person):
        admin.get_by_role("link", name="Events").click()
        admin.get_by_label("User", exact=True).fill(person)
        admin.get_by_role("button", name="Filter").click()
        expect(admin.get_by_role("status").filter(has_text="1 event")).to_be_visible()
        with admin.expect_download() as download:
            admin.get_by_role("button", name="Export as CSV").click()
        assert download.value.suggested_filename == "security-events.csv"
        (row,) = csv.DictReader(io.StringIO(Path(download.value.path()).read_text()))
        assert row["kind"] == "user_created"


def test_a_user_who_is_no_administrator_gets_the_403_page(tab, person):
    sign_in(tab, person)
    for route in ("/admin", "/admin/users", "/admin/user", "/admin/events"):
        tab.goto(route)
        expect(tab.get_by_role("heading", name="You do not have access")).to_be_visible()


def test_a_manager_sees_no_way_to_administration(tab):
    log_in(tab)
    tab.get_by_role("button", name="Your account").click()
    expect(tab.get_by_role("link", name="Sessions")).to_be_visible()
    expect(tab.get_by_role("link", name=re.compile("Users|Administration"))).to_have_count(0)
    assert re.search("refreshToken", str(stored(tab)))
