"""Adding, renaming and removing customers on the page, with the mouse or the keyboard."""

import re

import pytest
from playwright.sync_api import expect

from rxapp.demo.customers import add_customer, customer_names, list_customers, remove_customer
from tests.e2e.accessibility import assert_accessible
from tests.e2e.conftest import PASSWORD, USER, log_in, refresh_button
from tests.e2e.customers_page import TAKEN, alert, ask, button, click_twice, demo_customers, new_name, open_form, rows, status


@pytest.fixture(autouse=True)
def database(server):
    with demo_customers(server) as database:
        yield database


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

    @pytest.mark.thorough
    def test_a_name_of_nothing_but_spaces_is_refused(self, tab):
        log_in(tab)
        new_name(tab).fill("   ")
        tab.keyboard.press("Enter")
        expect(alert(tab, "Please enter a name.")).to_be_visible()

    def test_a_form_sent_twice_adds_once_and_complains_of_nothing(self, tab, database):
        log_in(tab)
        new_name(tab).fill("Ada Lovelace")
        said = click_twice(tab, "Add", until="Ada Lovelace was added.")
        assert TAKEN not in said
        assert customer_names(database).count("Ada Lovelace") == 1

    @pytest.mark.thorough
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

    @pytest.mark.parametrize("way", ["Escape", pytest.param("Cancel", marks=pytest.mark.thorough)])
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
        said = click_twice(tab, "Save", until="Jane Doe is now called Jane Roe.")
        assert [text for text in dict.fromkeys(said) if "now called" in text] == ["Jane Doe is now called Jane Roe."]
        assert customer_names(database) == ["John Doe", "Jane Roe"]

    @pytest.mark.thorough
    def test_to_the_name_it_has_is_done_without_a_word(self, tab):
        log_in(tab)
        open_form(tab, "Jane Doe")
        tab.keyboard.press("Enter")
        expect(button(tab, "Rename Jane Doe")).to_be_focused()
        expect(tab.get_by_text("is now called")).to_have_count(0)

    @pytest.mark.thorough
    def test_only_one_row_is_open_at_a_time(self, tab):
        log_in(tab)
        open_form(tab, "Jane Doe")
        ask(tab, "John Doe")
        expect(tab.get_by_label("New name of Jane Doe")).to_have_count(0)
        open_form(tab, "Jane Doe")
        expect(tab.get_by_role("group")).to_have_count(0)

    @pytest.mark.thorough
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

    @pytest.mark.parametrize("way", ["Escape", pytest.param("Cancel", marks=pytest.mark.thorough)])
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
        said = click_twice(tab, "Remove", until="Jane Doe was removed.")
        assert "Somebody else has removed the customer already." not in said
        assert customer_names(database) == ["John Doe"]

    @pytest.mark.thorough
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

    @pytest.mark.thorough
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


def test_a_name_is_text_and_nothing_else(tab, database):
    add_customer(database, '<img src=x onerror="document.title=1">{1+1}')
    log_in(tab)
    ask(tab, '<img src=x onerror="document.title=1">{1+1}')
    button(tab, "Remove").click()
    expect(status(tab, '<img src=x onerror="document.title=1">{1+1} was removed.')).to_be_visible()
    expect(tab).to_have_title("Customers · rxapp")


@pytest.mark.thorough
def test_axe_finds_nothing_and_nothing_is_cut_off_whatever_is_open(tab, database):
    add_customer(database, "W" * 128)
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
    new_name(tab).press("Enter")  # the removal may move the focus once more
    expect(status(tab, "Jane Doe was added.")).to_be_visible()
    assert errors == []
    # In the small letters of "the traceback of" the log counts the failures of the minute before, which other tests provoke.
    assert not re.search("Traceback|outcome=failed|(?i:deprecat)", server.log.read_text()[already:])
