"""Writing with an access token that has expired, while somebody else writes too, and by those who may not."""

import pytest
from playwright.sync_api import expect

from rxapp.auth import User
from rxapp.auth.core.accounts.users import find_user
from rxapp.demo.customers import add_customer, customer_names, remove_customer, rename_customer
from tests.e2e.conftest import EXPIRED, PASSWORD, expect_stored, log_in, refresh_button, stored, watching
from tests.e2e.customers_page import TAKEN, alert, ask, button, click_twice, demo_customers, new_name, open_form, rows, status
from tests.e2e.database import open_service
from tests.e2e.test_anonymous_events import CONNECT, call, handlers


@pytest.fixture(autouse=True)
def database(server):
    with demo_customers(server) as database:
        yield database


class TestExpiredAccessToken:
    """The access token expires before the click: the pair is rotated, the write happens once, and the page stays as it is."""

    @pytest.fixture(autouse=True)
    def nobody_notices(self, tab, server):
        log_in(tab)
        before = stored(tab)
        with watching(tab) as navigations:
            yield
        after = expect_stored(tab, before)
        assert after["refreshToken"][:26] == before["refreshToken"][:26], "it is the same session"
        assert navigations == []

    @pytest.mark.thorough
    def test_adding(self, tab, server, database):
        new_name(tab).fill("Ada Lovelace")
        server.move_clock(EXPIRED)
        button(tab, "Add").click()
        expect(status(tab, "Ada Lovelace was added.")).to_be_visible()
        assert customer_names(database) == ["John Doe", "Jane Doe", "Ada Lovelace"]

    def test_adding_by_a_double_click(self, tab, server, database):
        new_name(tab).fill("Ada Lovelace")
        server.move_clock(EXPIRED)
        said = click_twice(tab, "Add", until="Ada Lovelace was added.")
        assert TAKEN not in said
        assert customer_names(database) == ["John Doe", "Jane Doe", "Ada Lovelace"]

    @pytest.mark.thorough
    def test_adding_what_is_refused_keeps_the_input(self, tab, server):
        new_name(tab).fill("Jane Doe")
        server.move_clock(EXPIRED)
        button(tab, "Add").click()
        expect(alert(tab, TAKEN)).to_be_visible()
        expect(new_name(tab)).to_have_value("Jane Doe")

    @pytest.mark.thorough
    def test_opening_a_form_while_another_one_is_filled_in(self, tab, server):
        new_name(tab).fill("Ada Lovelace")
        server.move_clock(EXPIRED)
        open_form(tab, "Jane Doe")
        expect(new_name(tab)).to_have_value("Ada Lovelace")

    @pytest.mark.thorough
    def test_renaming(self, tab, server, database):
        open_form(tab, "Jane Doe").fill("Jane Roe")
        server.move_clock(EXPIRED)
        tab.keyboard.press("Enter")
        expect(status(tab, "Jane Doe is now called Jane Roe.")).to_be_visible()
        assert customer_names(database) == ["John Doe", "Jane Roe"]

    @pytest.mark.thorough
    def test_renaming_to_what_is_refused_keeps_the_input(self, tab, server):
        field = open_form(tab, "Jane Doe")
        field.fill("John Doe")
        server.move_clock(EXPIRED)
        tab.keyboard.press("Enter")
        expect(alert(tab, TAKEN)).to_be_visible()
        expect(field).to_have_value("John Doe")

    def test_refreshing_while_a_row_is_being_renamed_keeps_the_input(self, tab, server):
        open_form(tab, "Jane Doe").fill("Jane Roe")
        server.move_clock(EXPIRED)
        refresh_button(tab).click()
        expect(tab.get_by_text("refreshed once")).to_be_visible()
        expect(tab.get_by_label("New name of Jane Doe")).to_have_value("Jane Roe")

    def test_removing(self, tab, server, database):
        ask(tab, "Jane Doe")
        server.move_clock(EXPIRED)
        button(tab, "Remove").click()
        expect(status(tab, "Jane Doe was removed.")).to_be_visible()
        assert customer_names(database) == ["John Doe"]

    @pytest.mark.thorough
    def test_cancelling(self, tab, server):
        ask(tab, "Jane Doe")
        server.move_clock(EXPIRED)
        tab.keyboard.press("Escape")
        expect(button(tab, "Remove Jane Doe")).to_be_focused()


class TestMeanwhile:
    """Somebody else does something between the page's last look and the click."""

    def test_renaming_one_that_another_tab_has_removed_says_so_with_what_was_typed(self, tab, profile):
        log_in(tab)
        open_form(tab, "Jane Doe").fill("Jane Roe")
        other = profile.new_page()
        other.goto("/customers")
        ask(other, "Jane Doe")
        button(other, "Remove").click()
        expect(status(other, "Jane Doe was removed.")).to_be_visible()
        button(tab, "Save").click()
        expect(alert(tab, "Somebody else has removed Jane Doe meanwhile, so it was not renamed to Jane Roe.")).to_be_visible()
        expect(rows(tab)).to_have_text(["John Doe"])
        expect(tab.get_by_role("list", name="Customers")).to_be_focused()

    @pytest.mark.thorough
    def test_removing_one_that_is_gone_already_says_so(self, tab, database):
        log_in(tab)
        ask(tab, "Jane Doe")
        remove_customer(database, 2)
        add_customer(database, "Ada Lovelace")
        button(tab, "Remove").click()
        expect(status(tab, "Somebody else has removed Jane Doe already.")).to_be_visible()
        expect(rows(tab)).to_have_text(["John Doe", "Ada Lovelace"])

    @pytest.mark.thorough
    def test_what_was_renamed_meanwhile_is_removed_under_its_new_name(self, tab, database):
        log_in(tab)
        ask(tab, "Jane Doe")
        rename_customer(database, 2, "Jane Roe")
        button(tab, "Remove").click()
        expect(status(tab, "Jane Roe was removed.")).to_be_visible()

    def test_two_managers_see_what_each_other_did_and_only_one_gets_a_name(self, tab, browser, server, database):
        with open_service(server) as service:
            service.create_user("second-manager", PASSWORD, roles=["Manager"])
        context = browser.new_context(base_url=server.pages_url)
        other = context.new_page()
        other.goto("/customers")
        other.get_by_label("Username").fill("second-manager")
        other.get_by_label("Password").fill(PASSWORD)
        other.keyboard.press("Enter")
        expect(rows(other)).to_have_text(["John Doe", "Jane Doe"])
        log_in(tab)
        for each in (tab, other):
            new_name(each).fill("Ada Lovelace")
        for each in (tab, other):
            button(each, "Add").dispatch_event("click")
        for each in (tab, other):
            expect(status(each, "Ada Lovelace was added.").or_(alert(each, TAKEN))).to_be_visible()
        refused = [each for each in (tab, other) if alert(each, TAKEN).is_visible()]
        assert len(refused) == 1
        expect(new_name(refused[0])).to_have_value("Ada Lovelace")
        refresh_button(refused[0]).click()
        expect(rows(refused[0])).to_have_text(["John Doe", "Jane Doe", "Ada Lovelace"])
        assert customer_names(database).count("Ada Lovelace") == 1
        context.close()


def test_nobody_changes_anything_by_calling_the_events(tab, database):
    payloads = {
        "add": {"form": {"number": "0", "name": "Mallory"}},
        "start_renaming": {"customer_id": 1},
        "rename": {"form": {"id": "1", "name": "Mallory"}},
        "start_removing": {"customer_id": 2},
        "remove": {"customer_id": 2},
    }
    tab.goto("/")
    expect(tab.get_by_text("You are not logged in.")).to_be_visible()
    own = {name: name.rpartition(".")[2] for name in handlers() if "customers_state" in name}
    boot = {name: payloads[short] for name, short in own.items() if short in payloads}
    assert len(boot) == len(payloads)
    assert "go_to" in "\n".join(call(tab, "22222222-2222-4333-8444-555555555555", [CONNECT, *boot], boot))
    assert customer_names(database) == ["John Doe", "Jane Doe"]


def test_who_is_no_manager_any_more_changes_nothing(tab, server, database):
    with open_service(server) as service:
        service.create_user("former-manager", PASSWORD, roles=["Manager"])
        tab.goto("/customers")
        tab.get_by_label("Username").fill("former-manager")
        tab.get_by_label("Password").fill(PASSWORD)
        tab.keyboard.press("Enter")
        expect(rows(tab)).to_have_text(["John Doe", "Jane Doe"])
        new_name(tab).fill("Ada Lovelace")
        with service.database.write() as db:
            db.get_one(User, find_user(db, "former-manager").id).roles = []
    button(tab, "Add").click()
    expect(tab.get_by_role("heading", name="You do not have access")).to_be_visible()
    assert customer_names(database) == ["John Doe", "Jane Doe"]
