"""Managing customers on the page: by mouse, by keyboard, with an expired access token, and while somebody else does the same."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from rxapp.customers import Customer, add_customer, customer_names, list_customers, remove_customer, rename_customer
from rxapp.demo_data import DEMO_CUSTOMERS
from tests.e2e.conftest import EXPIRED, PASSWORD, USER, expect_stored, log_in, refresh_button, stored, watching
from tests.e2e.database import open_service
from tests.e2e.test_anonymous_events import call, handlers

TAKEN = "There is a customer of this name already."


@pytest.fixture(autouse=True)
def database(server):
    """The server's own, with the two customers there were, in their order and with their ids, before and after each test."""
    with open_service(server) as service:
        restore(service.database)
        yield service.database
        restore(service.database)


def restore(database):
    from sqlmodel import delete

    with database.write() as db:
        db.exec(delete(Customer))
        db.add_all(Customer(id=number, name=name) for number, name in enumerate(DEMO_CUSTOMERS, 1))


def rows(tab):
    return tab.get_by_role("list", name="Customers").get_by_role("listitem")


def button(tab, name):
    return tab.get_by_role("button", name=name, exact=True)


def status(tab, text):
    return tab.get_by_role("status").filter(has_text=text)


def alert(tab, text):
    return tab.get_by_role("alert").filter(has_text=text)


def new_name(tab):
    return tab.get_by_label("New customer")


def open_form(tab, name):
    """Turn the row of that name into a form, and return its input."""
    button(tab, f"Rename {name}").click()
    field = tab.get_by_label(f"New name of {name}")
    expect(field).to_be_focused()
    return field


def ask(tab, name):
    button(tab, f"Remove {name}").click()
    expect(tab.get_by_role("group", name=f"Remove {name}?")).to_be_visible()


def click_twice(tab, name) -> list[str]:
    """Two clicks in one moment, before the page has heard of the first; returns what the live regions said meanwhile."""
    tab.evaluate("""() => {
        const regions = () => [...document.querySelectorAll("[role=status], [role=alert]")].map((region) => region.textContent);
        window.said = [];
        new MutationObserver(() => window.said.push(...regions())).observe(document.body, {
            subtree: true, childList: true, characterData: true,
        });
    }""")
    button(tab, name).evaluate("button => { button.click(); button.click(); }")
    refresh_button(tab).click()
    expect(tab.get_by_text("refreshed once")).to_be_visible()
    return tab.evaluate("window.said")


class TestAdding:
    def test_a_customer_is_added_and_the_form_is_ready_for_the_next(self, tab, database):
        log_in(tab)
        new_name(tab).fill("  Ada Lovelace ")
        button(tab, "Add").click()
        expect(status(tab, "Ada Lovelace was added.")).to_be_visible()
        expect(status(tab, "3 customers")).to_be_visible()
        expect(rows(tab)).to_have_text(["John Doe", "Jane Doe", "Ada Lovelace"])
        expect(new_name(tab)).to_have_value("")
        expect(new_name(tab)).to_be_focused()
        tab.keyboard.type("Grace Hopper")
        tab.keyboard.press("Enter")
        expect(status(tab, "Grace Hopper was added.")).to_be_visible()
        assert customer_names(database) == ["John Doe", "Jane Doe", "Ada Lovelace", "Grace Hopper"]

    def test_a_name_that_is_taken_is_said_at_the_input_and_stays_there(self, tab, database):
        log_in(tab)
        new_name(tab).fill("Jane Doe")
        button(tab, "Add").click()
        expect(alert(tab, TAKEN)).to_be_visible()
        expect(new_name(tab)).to_have_value("Jane Doe")
        expect(new_name(tab)).to_be_focused()
        expect(new_name(tab)).to_have_attribute("aria-invalid", "true")
        expect(new_name(tab)).to_have_accessible_description(TAKEN)
        new_name(tab).fill("Jane Roe")
        tab.keyboard.press("Enter")
        expect(status(tab, "Jane Roe was added.")).to_be_visible()
        expect(alert(tab, TAKEN)).to_have_count(0)
        expect(new_name(tab)).to_have_attribute("aria-invalid", "false")
        assert customer_names(database) == ["John Doe", "Jane Doe", "Jane Roe"]

    def test_a_name_of_nothing_but_spaces_is_refused(self, tab):
        log_in(tab)
        new_name(tab).fill("   ")
        tab.keyboard.press("Enter")
        expect(alert(tab, "Please enter a name.")).to_be_visible()

    def test_a_form_sent_twice_adds_once_and_complains_of_nothing(self, tab, database):
        log_in(tab)
        new_name(tab).fill("Ada Lovelace")
        said = click_twice(tab, "Add")
        assert "Ada Lovelace was added." in said
        assert TAKEN not in said
        assert customer_names(database).count("Ada Lovelace") == 1

    def test_one_that_the_filter_hides_is_said_to_be_hidden(self, tab):
        log_in(tab)
        tab.get_by_label("Filter by name").fill("jane")
        expect(rows(tab)).to_have_text(["Jane Doe"])
        new_name(tab).fill("Ada Lovelace")
        tab.keyboard.press("Enter")
        expect(status(tab, "Ada Lovelace was added. The filter hides it.")).to_be_visible()
        expect(rows(tab)).to_have_text(["Jane Doe"])


class TestRenaming:
    def test_saving_turns_the_form_back_into_the_row(self, tab, database):
        log_in(tab)
        field = open_form(tab, "Jane Doe")
        expect(field).to_have_value("Jane Doe")
        field.fill("Jane Roe")
        button(tab, "Save").click()
        expect(status(tab, "Jane Doe is now called Jane Roe.")).to_be_visible()
        expect(rows(tab)).to_have_text(["John Doe", "Jane Roe"])
        expect(button(tab, "Rename Jane Roe")).to_be_focused()
        assert customer_names(database) == ["John Doe", "Jane Roe"]

    @pytest.mark.parametrize("way", ["Escape", "Cancel"])
    def test_cancelling_changes_nothing_and_leads_back_to_the_button(self, tab, database, way):
        log_in(tab)
        open_form(tab, "Jane Doe").fill("Jane Roe")
        if way == "Escape":
            tab.keyboard.press("Escape")
        else:
            button(tab, "Cancel").click()
        expect(button(tab, "Rename Jane Doe")).to_be_focused()
        expect(rows(tab)).to_have_text(["John Doe", "Jane Doe"])
        assert customer_names(database) == ["John Doe", "Jane Doe"]

    def test_a_name_that_is_taken_is_said_at_the_input_and_stays_there(self, tab, database):
        log_in(tab)
        field = open_form(tab, "Jane Doe")
        field.fill("John Doe")
        button(tab, "Save").click()
        expect(alert(tab, TAKEN)).to_be_visible()
        expect(field).to_have_value("John Doe")
        expect(field).to_be_focused()
        expect(field).to_have_accessible_description(TAKEN)
        expect(new_name(tab)).to_have_accessible_description("")
        field.fill("Jane Roe")
        tab.keyboard.press("Enter")
        expect(rows(tab)).to_have_text(["John Doe", "Jane Roe"])
        assert customer_names(database) == ["John Doe", "Jane Roe"]

    def test_saved_by_a_double_click_it_is_renamed_once(self, tab, database):
        log_in(tab)
        open_form(tab, "Jane Doe").fill("Jane Roe")
        said = click_twice(tab, "Save")
        assert [text for text in dict.fromkeys(said) if "now called" in text] == ["Jane Doe is now called Jane Roe."]
        assert customer_names(database) == ["John Doe", "Jane Roe"]

    def test_to_the_name_it_has_is_done_without_a_word(self, tab):
        log_in(tab)
        open_form(tab, "Jane Doe")
        tab.keyboard.press("Enter")
        expect(button(tab, "Rename Jane Doe")).to_be_focused()
        expect(tab.get_by_text("is now called")).to_have_count(0)

    def test_only_one_row_is_open_at_a_time(self, tab):
        log_in(tab)
        open_form(tab, "Jane Doe")
        ask(tab, "John Doe")
        expect(tab.get_by_label("New name of Jane Doe")).to_have_count(0)
        open_form(tab, "Jane Doe")
        expect(tab.get_by_role("group")).to_have_count(0)

    def test_a_form_that_the_filter_hides_does_not_come_back_to_take_the_focus(self, tab):
        log_in(tab)
        open_form(tab, "Jane Doe")
        tab.get_by_label("Filter by name").fill("john")
        expect(rows(tab)).to_have_text(["John Doe"])
        tab.get_by_label("Filter by name").fill("")
        expect(rows(tab)).to_have_text(["John Doe", "Jane Doe"])
        expect(tab.get_by_label("Filter by name")).to_be_focused()

    def test_refreshing_and_losing_the_connection_keep_what_was_typed(self, tab, profile):
        log_in(tab)
        open_form(tab, "Jane Doe").fill("Jane Roe")
        refresh_button(tab).click()
        expect(tab.get_by_text("refreshed once")).to_be_visible()
        profile.set_offline(True)
        profile.set_offline(False)
        refresh_button(tab).click()
        expect(tab.get_by_text("refreshed 2 times")).to_be_visible()
        expect(tab.get_by_label("New name of Jane Doe")).to_have_value("Jane Roe")


class TestRemoving:
    def test_it_asks_once_and_then_removes(self, tab, database):
        dialogs = []
        tab.on("dialog", lambda dialog: dialogs.append(dialog.message))
        log_in(tab)
        ask(tab, "Jane Doe")
        expect(tab.get_by_text("Remove Jane Doe?")).to_be_visible()
        assert customer_names(database) == ["John Doe", "Jane Doe"]
        button(tab, "Remove").click()
        expect(status(tab, "Jane Doe was removed.")).to_be_visible()
        expect(status(tab, "1 customer")).to_be_visible()
        expect(rows(tab)).to_have_text(["John Doe"])
        expect(tab.get_by_role("list", name="Customers")).to_be_focused()
        assert customer_names(database) == ["John Doe"]
        assert dialogs == []

    @pytest.mark.parametrize("way", ["Escape", "Cancel"])
    def test_cancelling_removes_nothing_and_leads_back_to_the_button(self, tab, database, way):
        log_in(tab)
        ask(tab, "Jane Doe")
        if way == "Escape":
            tab.keyboard.press("Escape")
        else:
            button(tab, "Cancel").click()
        expect(button(tab, "Remove Jane Doe")).to_be_focused()
        assert customer_names(database) == ["John Doe", "Jane Doe"]

    def test_by_a_double_click_it_is_removed_once_and_nobody_else_is_blamed(self, tab, database):
        log_in(tab)
        ask(tab, "Jane Doe")
        said = click_twice(tab, "Remove")
        assert "Jane Doe was removed." in said
        assert "Somebody else has removed the customer already." not in said
        assert customer_names(database) == ["John Doe"]

    def test_a_click_that_comes_after_another_row_was_opened_removes_nobody(self, tab, database):
        log_in(tab)
        ask(tab, "Jane Doe")
        tab.evaluate("""() => {
            const press = (name) => [...document.querySelectorAll("button")]
                .find((button) => (button.ariaLabel ?? button.textContent) === name).click();
            press("Remove John Doe");
            press("Remove");  // still that of Jane Doe: the page has not heard of the other one
        }""")
        expect(tab.get_by_role("group", name="Remove John Doe?")).to_be_visible()
        assert customer_names(database) == ["John Doe", "Jane Doe"]

    def test_without_any_customer_the_page_says_so(self, tab, database):
        for customer in list_customers(database):
            remove_customer(database, customer.id)
        log_in_to_empty(tab)
        expect(tab.get_by_text("There are no customers yet.")).to_be_visible()
        tab.get_by_label("Filter by name").fill("x")
        expect(tab.get_by_text("No customer matches the filter.")).to_be_visible()


def log_in_to_empty(tab):
    tab.goto("/customers")
    tab.get_by_label("Username").fill(USER)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.keyboard.press("Enter")


def test_everything_can_be_done_with_the_keyboard_alone(tab, database):
    log_in(tab)
    tab.get_by_label("Filter by name").focus()
    tab.keyboard.press("Tab")
    tab.keyboard.type("Ada Lovelace")
    tab.keyboard.press("Tab")
    expect(button(tab, "Add")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(new_name(tab)).to_be_focused()
    expect(new_name(tab)).to_have_value("")
    for name in ("Add", "Rename John Doe"):
        tab.keyboard.press("Tab")
        expect(button(tab, name)).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.get_by_label("New name of John Doe")).to_be_focused()
    tab.keyboard.type("John Roe")  # in place of the old name, which is selected
    tab.keyboard.press("Enter")
    expect(button(tab, "Rename John Roe")).to_be_focused()
    for name in ("Remove John Roe", "Rename Jane Doe", "Remove Jane Doe"):
        tab.keyboard.press("Tab")
        expect(button(tab, name)).to_be_focused()
    tab.keyboard.press("Space")
    expect(button(tab, "Cancel")).to_be_focused()
    tab.keyboard.press("Shift+Tab")
    expect(button(tab, "Remove")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(status(tab, "Jane Doe was removed.")).to_be_visible()
    tab.keyboard.press("Tab")
    expect(button(tab, "Rename John Roe")).to_be_focused()
    assert customer_names(database) == ["John Roe", "Ada Lovelace"]


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

    def test_adding(self, tab, server, database):
        new_name(tab).fill("Ada Lovelace")
        server.move_clock(EXPIRED)
        button(tab, "Add").click()
        expect(status(tab, "Ada Lovelace was added.")).to_be_visible()
        assert customer_names(database) == ["John Doe", "Jane Doe", "Ada Lovelace"]

    def test_adding_by_a_double_click(self, tab, server, database):
        new_name(tab).fill("Ada Lovelace")
        server.move_clock(EXPIRED)
        said = click_twice(tab, "Add")
        assert "Ada Lovelace was added." in said
        assert TAKEN not in said
        assert customer_names(database) == ["John Doe", "Jane Doe", "Ada Lovelace"]

    def test_adding_what_is_refused_keeps_the_input(self, tab, server):
        new_name(tab).fill("Jane Doe")
        server.move_clock(EXPIRED)
        button(tab, "Add").click()
        expect(alert(tab, TAKEN)).to_be_visible()
        expect(new_name(tab)).to_have_value("Jane Doe")

    def test_opening_a_form_while_another_one_is_filled_in(self, tab, server):
        new_name(tab).fill("Ada Lovelace")
        server.move_clock(EXPIRED)
        open_form(tab, "Jane Doe")
        expect(new_name(tab)).to_have_value("Ada Lovelace")

    def test_renaming(self, tab, server, database):
        open_form(tab, "Jane Doe").fill("Jane Roe")
        server.move_clock(EXPIRED)
        tab.keyboard.press("Enter")
        expect(status(tab, "Jane Doe is now called Jane Roe.")).to_be_visible()
        assert customer_names(database) == ["John Doe", "Jane Roe"]

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

    def test_removing_one_that_is_gone_already_says_so(self, tab, database):
        log_in(tab)
        ask(tab, "Jane Doe")
        remove_customer(database, 2)
        add_customer(database, "Ada Lovelace")
        button(tab, "Remove").click()
        expect(status(tab, "Somebody else has removed Jane Doe already.")).to_be_visible()
        expect(rows(tab)).to_have_text(["John Doe", "Ada Lovelace"])

    def test_what_was_renamed_meanwhile_is_removed_under_its_new_name(self, tab, database):
        log_in(tab)
        ask(tab, "Jane Doe")
        rename_customer(database, 2, "Jane Roe")
        button(tab, "Remove").click()
        expect(status(tab, "Jane Roe was removed.")).to_be_visible()

    def test_two_managers_see_what_each_other_did_and_only_one_gets_a_name(self, tab, browser, server, database):
        with open_service(server) as service:
            service.create_user("second-manager", PASSWORD, roles=["Manager"])
        context = browser.new_context(base_url=server.url)
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


def test_nobody_changes_anything_by_calling_the_events(tab, tmp_path, database):
    payloads = {
        "add": {"form": {"number": "0", "name": "Mallory"}},
        "start_renaming": {"customer_id": 1},
        "rename": {"form": {"id": "1", "name": "Mallory"}},
        "start_removing": {"customer_id": 2},
        "remove": {"customer_id": 2},
    }
    tab.goto("/")
    expect(tab.get_by_text("You are not signed in.")).to_be_visible()
    own = {name: name.rpartition(".")[2] for name in handlers(tmp_path) if "customers_state" in name}
    boot = {name: payloads[short] for name, short in own.items() if short in payloads}
    assert len(boot) == len(payloads)
    assert "_redirect" in "\n".join(call(tab, "22222222-2222-4333-8444-555555555555", boot, boot))
    assert customer_names(database) == ["John Doe", "Jane Doe"]


def test_who_is_no_manager_any_more_changes_nothing(tab, server, database):
    from rxapp.auth import User
    from rxapp.auth.users import find_user

    with open_service(server) as service:
        service.create_user("former-manager", PASSWORD, roles=["Manager"])
        tab.goto("/customers")
        tab.get_by_label("Username").fill("former-manager")
        tab.get_by_label("Password").fill(PASSWORD)
        tab.keyboard.press("Enter")
        new_name(tab).fill("Ada Lovelace")
        with service.database.write() as db:
            db.get_one(User, find_user(db, "former-manager").id).roles = []
    button(tab, "Add").click()
    expect(tab.get_by_role("heading", name="You do not have access")).to_be_visible()
    assert customer_names(database) == ["John Doe", "Jane Doe"]


def test_a_name_is_text_and_nothing_else(tab, database):
    add_customer(database, '<img src=x onerror="document.title=1">{1+1}')
    log_in(tab)
    ask(tab, '<img src=x onerror="document.title=1">{1+1}')
    button(tab, "Remove").click()
    expect(status(tab, '<img src=x onerror="document.title=1">{1+1} was removed.')).to_be_visible()
    expect(tab).to_have_title("Customers · rxapp")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_and_nothing_is_cut_off_whatever_is_open(browser, server, database, scheme, width):
    add_customer(database, "W" * 128)
    context = browser.new_context(base_url=server.url, viewport={"width": width, "height": 740}, color_scheme=scheme)
    tab = context.new_page()
    log_in(tab)
    new_name(tab).fill("Jane Doe")
    tab.keyboard.press("Enter")
    expect(alert(tab, TAKEN)).to_be_visible()
    assert_accessible(tab)
    open_form(tab, "W" * 128).fill("Jane Doe")
    tab.keyboard.press("Enter")
    expect(alert(tab, TAKEN)).to_be_visible()
    assert_accessible(tab)
    tab.keyboard.press("Escape")
    ask(tab, "W" * 128)
    assert_accessible(tab)
    button(tab, "Remove").click()
    expect(status(tab, "was removed")).to_be_visible()
    assert_accessible(tab)
    tab.get_by_label("Filter by name").fill("nobody")
    expect(tab.get_by_text("No customer matches")).to_be_visible()
    assert_accessible(tab)
    context.close()


def assert_accessible(tab):
    found = Axe().run(tab).response["violations"]
    assert [(violation["id"], violation["nodes"][0]["html"]) for violation in found] == []
    assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), "no sideways scrolling"


def test_no_error_reaches_the_log_or_the_browsers_console(tab, server):
    errors = []
    tab.on("console", lambda message: message.type in {"error", "warning"} and errors.append(message.text))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    already = len(server.log.read_text())
    log_in(tab)
    open_form(tab, "Jane Doe").fill("Jane Roe")
    tab.keyboard.press("Enter")
    expect(button(tab, "Rename Jane Roe")).to_be_focused()
    ask(tab, "Jane Roe")
    button(tab, "Remove").click()
    expect(status(tab, "Jane Roe was removed.")).to_be_visible()
    new_name(tab).fill("Jane Doe")
    tab.keyboard.press("Enter")
    expect(status(tab, "Jane Doe was added.")).to_be_visible()
    assert errors == []
    assert not re.search("Traceback|deprecat", server.log.read_text()[already:], re.IGNORECASE)
