"""`examples/notes` in a browser: its own login page, its own field at registration, and notes that are their owner's alone."""

import contextlib
import sqlite3
import uuid

import pytest
from playwright.sync_api import Page, expect

from rxapp.auth import AUTH_HISTORY
from tests.e2e.accessibility import assert_accessible
from tests.e2e.examples.example_server import ExampleServer

pytestmark = pytest.mark.timeout(300)  # the first test builds

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = ExampleServer(tmp_path_factory.mktemp("notes"), "notes")
    server.run("rxapp", "migrate")
    server.run("reflex", "db", "migrate")
    server.start()
    yield server
    server.stop()


def register(tab: Page, city: str = "") -> str:
    """Make an account by way of the login page; returns its name."""
    name = f"anna-{uuid.uuid4().hex[:8]}"
    tab.goto("/")
    tab.get_by_role("link", name="Create an account").click()
    expect(tab.get_by_role("heading", name="Create an account")).to_be_visible()
    tab.get_by_label("Username").fill(name)
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.get_by_label("Repeat password").fill(PASSWORD)
    tab.get_by_label("City").fill(city)
    tab.get_by_role("button", name="Create account").click()
    expect(tab.get_by_role("heading", name="Your notes")).to_be_visible()
    return name


def write(tab: Page, title: str, text: str) -> None:
    if not tab.get_by_label("Title").is_visible():
        tab.get_by_text("New note").click()
    tab.get_by_label("Title").fill(title)
    tab.get_by_label("Text").fill(text)
    tab.get_by_role("button", name="Add note").click()
    expect(tab.get_by_role("heading", name=title)).to_be_visible()


def test_a_person_registers_with_a_city_and_writes_finds_edits_and_deletes_notes(tab):
    name = register(tab, city="Bern")
    expect(tab.get_by_text(f"{name}, Bern")).to_be_visible()
    write(tab, "Shopping", "Milk")
    expect(tab.get_by_label("Title")).to_have_value("")
    write(tab, "Ideas", "Walk from hut to hut")
    tab.get_by_label("Search").fill("milk")
    expect(tab.get_by_role("heading", name="Ideas")).not_to_be_attached()
    tab.get_by_role("button", name="Edit Shopping").click()
    editor = tab.get_by_role("listitem").filter(has=tab.get_by_role("button", name="Save"))
    editor.get_by_label("Text").fill("Milk and bread")
    editor.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("Milk and bread")).to_be_visible()
    tab.get_by_role("button", name="Edit Shopping").click()
    editor.get_by_role("button", name="Delete").click()
    expect(tab.get_by_text("No note has these words.")).to_be_visible()
    tab.reload()
    expect(tab.get_by_label("Search")).to_have_value("milk")
    tab.get_by_label("Search").fill("")
    expect(tab.get_by_role("heading", name="Ideas")).to_be_visible()


def test_the_next_person_at_the_same_browser_sees_nothing_of_it(tab):
    register(tab, city="Bern")
    write(tab, "Secret", "of the first person's")
    tab.get_by_role("button", name="Log out").click()
    expect(tab.get_by_text("You are logged out.")).to_be_visible()
    register(tab)
    expect(tab.get_by_text("You have not written anything down yet.")).to_be_visible()
    expect(tab.get_by_text("Secret")).not_to_be_attached()
    expect(tab.get_by_text("Bern")).not_to_be_attached()


@pytest.mark.thorough
def test_a_city_that_is_refused_makes_no_account(tab):
    tab.goto("/register")
    tab.get_by_label("Username").fill("nobody")
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.get_by_label("Repeat password").fill(PASSWORD)
    tab.get_by_label("City").evaluate("field => field.removeAttribute('maxlength')")
    tab.get_by_label("City").fill("x" * 81)
    tab.get_by_role("button", name="Create account").click()
    expect(tab.get_by_role("alert").filter(has_text="A city has at most 80 characters")).to_be_visible()
    tab.get_by_role("link", name="Log in").click()
    expect(tab.get_by_role("heading", name="Log in")).to_be_visible()
    tab.get_by_label("Username").fill("nobody")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_role("alert").filter(has_text="The user name or the password is wrong.")).to_be_visible()


def test_the_apps_own_api_and_migrations_stand_beside_ours(server, api):
    assert api.get("/api/notes").status_code == api.get("/api/me").status_code == 401
    with contextlib.closing(sqlite3.connect(server.database_file)) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        assert db.execute("SELECT version_num FROM auth_alembic_version").fetchall() == [(AUTH_HISTORY.newest_revision,)]


@pytest.mark.thorough
def test_nothing_is_cut_off_and_axe_finds_nothing(tab):
    tab.goto("/login?reason=session_idle")
    expect(tab.get_by_text("you were away for a while")).to_be_visible()
    assert_accessible(tab)
    register(tab, city="Bern")
    write(tab, "A word without an end", "long" * 100)
    tab.get_by_role("button", name="Edit A word").click()
    expect(tab.get_by_role("button", name="Save")).to_be_visible()
    assert_accessible(tab)
