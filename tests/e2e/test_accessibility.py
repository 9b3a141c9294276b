"""Every page, at desktop and phone width, light and dark: axe-core finds nothing, and nothing is cut off."""

from playwright.sync_api import expect

from tests.e2e.accessibility import assert_accessible
from tests.e2e.conftest import PASSWORD, log_in, sign_in
from tests.e2e.database import open_service


def test_home_and_login(tab):
    tab.goto("/")
    expect(tab.get_by_text("You are not logged in.")).to_be_visible()
    assert_accessible(tab)
    tab.goto("/login?reason=token_reused")
    expect(tab.get_by_text("used in two places")).to_be_visible()
    assert_accessible(tab)
    tab.get_by_label("Username").fill("johndoe")
    tab.get_by_label("Password").fill("wrong")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("the password is wrong")).to_be_visible()
    assert_accessible(tab)


def test_customers_and_home_when_signed_in(tab):
    log_in(tab)
    assert_accessible(tab)
    tab.get_by_role("link", name="rxapp").click()
    expect(tab.get_by_text("You are logged in as")).to_be_visible()
    assert_accessible(tab)


def test_the_403_page(tab, person):
    tab.goto("/customers")
    tab.get_by_label("Username").fill(person)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="You do not have access")).to_be_visible()
    assert_accessible(tab)


def test_register(tab):
    tab.goto("/register")
    tab.get_by_label("Password", exact=True).fill("passwordpassword")
    expect(tab.get_by_text("too easy to guess")).to_be_visible()
    assert_accessible(tab)


def test_set_password(tab, server, person):
    with open_service(server) as service:
        token = service.administration.issue_password_link(service.administration.find_user(person).id)
    tab.goto(f"/set-password#{token}")
    expect(tab.get_by_text(f"For the user {person}.")).to_be_visible()
    assert_accessible(tab)


def test_the_account_pages(tab, person, server):
    sign_in(tab, person)
    expect(tab.get_by_label("Display name")).to_have_value(person)
    assert_accessible(tab)
    tab.goto("/account/activity")
    expect(tab.get_by_text("Logged in").first).to_be_visible()
    assert_accessible(tab)
    with open_service(server) as service:
        service.log_in(person, PASSWORD)
    tab.goto("/account/sessions")
    expect(tab.get_by_role("button", name="End all others")).to_be_visible()
    assert_accessible(tab)
    server.move_clock(601)
    tab.get_by_role("button", name="End all others").click()
    expect(tab.get_by_role("dialog")).to_be_visible()
    assert_accessible(tab)


def test_the_administration_pages(tab, administrator, person):
    sign_in(tab, administrator, to="/admin/users")
    expect(tab.get_by_role("row").nth(1)).to_be_visible()
    assert_accessible(tab)
    tab.get_by_label("Search by name").fill("nobody of that name")
    expect(tab.get_by_text("No user has this name")).to_be_visible()
    assert_accessible(tab)
    tab.get_by_role("button", name="New user").click()
    tab.get_by_label("Username").fill(person)
    tab.get_by_role("button", name="Create user").click()
    expect(tab.get_by_text("This user name is taken.")).to_be_visible()
    assert_accessible(tab)
    tab.get_by_label("Username").fill(f"new-{person}")
    tab.get_by_role("button", name="Create user").click()
    expect(tab.get_by_label("Link to set the password")).to_be_visible()
    assert_accessible(tab)
    tab.get_by_role("button", name="Done").click()
    expect(tab.get_by_role("dialog")).to_be_hidden()
    tab.get_by_label("Search by name").fill(f"new-{person}")
    expect(tab.get_by_role("status").filter(has_text="1 user")).to_be_visible()
    tab.get_by_role("link", name=f"new-{person}").click()
    tab.get_by_role("button", name="Make a set-password link").click()
    expect(tab.get_by_label("Link to set the password")).to_be_visible()
    assert_accessible(tab)
    tab.get_by_role("button", name="Edit").click()
    expect(tab.get_by_role("dialog", name="Edit user")).to_be_visible()
    assert_accessible(tab)
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Delete user").click()
    expect(tab.get_by_role("dialog")).to_be_visible()
    assert_accessible(tab)
    tab.keyboard.press("Escape")
    tab.goto("/admin/events")
    expect(tab.get_by_role("row").nth(1)).to_be_visible()
    assert_accessible(tab)


def test_a_page_that_is_not_there(tab):
    tab.goto("/nothing-here")
    expect(tab.get_by_role("heading", name="There is no such page")).to_be_visible()
    assert_accessible(tab)
