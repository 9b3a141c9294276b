"""One-time codes and recovery codes in the page: adding an app, logging in with it, losing it, and an administrator's reset."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.accessibility import assert_accessible
from tests.e2e.conftest import KEEPS_SOCKETS, PASSWORD, expect_login_with, lose_connection, sign_in, stored
from tests.e2e.database import open_service
from tests.one_time_codes import code_at, enrol

A_MINUTE = 60


@pytest.fixture
def enrolled(server, person):
    """What a person holds who has added an app a minute ago."""
    with open_service(server) as service:
        identity = service.verify_access(service.log_in(person, PASSWORD).access_token)
        made = enrol(service, identity, server.now)
    server.move_clock(A_MINUTE)
    return made


def give_password(tab, person, to="account"):
    tab.goto(to)
    tab.get_by_label("Username").fill(person)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_role("heading", name="One more step")).to_be_visible()


def give_code(tab, code, label="Code"):
    tab.get_by_label(label, exact=True).fill(code)
    tab.get_by_role("button", name="Confirm").click()


class TestAtLogin:
    def test_the_code_lets_one_in_where_one_wanted_to_go_and_nothing_before(self, tab, person, enrolled, server):
        give_password(tab, person)
        field = tab.get_by_label("Code", exact=True)
        expect(field).to_be_focused()
        assert (field.get_attribute("autocomplete"), field.get_attribute("inputmode")) == ("one-time-code", "numeric")
        assert stored(tab) == {}
        assert_accessible(tab)
        give_code(tab, "000000")
        expect(tab.locator("#code-error")).to_have_text("The code is wrong, or it was used before.")
        expect(field).to_be_focused()
        give_code(tab, code_at(enrolled.secret, server.now()))
        expect(tab).to_have_url(re.compile("/account/?$"))
        expect(tab.get_by_role("button", name="Log out")).to_be_visible()

    def test_a_recovery_code_does_too_and_only_once(self, tab, other_profile, person, enrolled):
        for page, works in ((tab, True), (other_profile.new_page(), False)):
            give_password(page, person)
            page.get_by_role("button", name="Use a recovery code instead").click()
            expect(page.get_by_label("Recovery code", exact=True)).to_be_focused()
            give_code(page, enrolled.recovery_codes[0], "Recovery code")
            if works:
                expect(page.get_by_role("button", name="Log out")).to_be_visible()
            else:
                expect(page.locator("#code-error")).to_have_text("The code is wrong, or it was used before.")
                page.get_by_role("button", name="Start again").click()
                expect(page.get_by_label("Username")).to_be_visible()

    def test_a_lost_connection_leaves_the_form_where_it_was(self, tab, person, enrolled, server):
        """A phone may lose it while its person looks for the code in the other app."""
        tab.add_init_script(KEEPS_SOCKETS)
        give_password(tab, person)
        tab.get_by_label("Code", exact=True).fill("123")
        lose_connection(tab)
        give_code(tab, code_at(enrolled.secret, server.now()))
        expect(tab.get_by_role("button", name="Log out")).to_be_visible()

    def test_a_set_password_link_asks_for_it_first(self, tab, person, enrolled, server):
        with open_service(server) as service:
            link = service.administration.issue_password_link(service.administration.find_user(person).id)
        tab.goto(f"set-password#{link}")
        tab.get_by_label("New password", exact=True).fill("plumb orbit cadet vixen")
        tab.get_by_label("Repeat new password").fill("plumb orbit cadet vixen")
        tab.get_by_role("button", name="Set password").click()
        expect(tab.get_by_role("heading", name="One more step")).to_be_visible()
        give_code(tab, code_at(enrolled.secret, server.now()))
        expect(tab.get_by_label("New password", exact=True)).to_be_visible()
        assert stored(tab) == {}


class TestInOnesAccount:
    def test_an_app_is_added_and_from_then_on_it_is_asked_for(self, tab, other_profile, person, server):
        sign_in(tab, person, to="/account/security")
        tab.get_by_role("button", name="Add an authenticator app").click()
        dialog = tab.get_by_role("dialog", name="Add an authenticator app")
        expect(dialog.get_by_role("img", name="QR code")).to_be_visible()
        assert_accessible(tab)
        secret = dialog.locator("code").inner_text().replace(" ", "")
        assert f"secret={secret}" in dialog.get_by_role("link").get_attribute("href")
        code_field = dialog.get_by_label("Code that the app shows now")
        code_field.fill("000000")
        dialog.get_by_role("button", name="Add it").click()
        expect(dialog.locator("#code-error")).to_have_text("The code is wrong, or it was used before.")
        code_field.fill(code_at(secret, server.now()))
        dialog.get_by_role("button", name="Add it").click()
        expect(tab.get_by_role("list", name="Authenticator apps")).to_contain_text("Phone")
        codes = tab.get_by_role("list", name="Your recovery codes").get_by_role("listitem").all_inner_texts()
        assert len(codes) == 10
        with tab.expect_download() as download:
            tab.get_by_role("button", name="Download").click()
        assert set(codes) <= set(download.value.path().read_text().splitlines())
        tab.get_by_role("button", name="I have stored them").click()
        expect(tab.get_by_text("10 recovery codes are left.")).to_be_visible()
        assert_accessible(tab)
        give_password(other_profile.new_page(), person)

    @pytest.mark.thorough
    def test_it_is_renamed_and_removed_and_then_the_password_is_enough(self, tab, other_profile, person, enrolled, server):
        give_password(tab, person, "account/security")
        give_code(tab, code_at(enrolled.secret, server.now()))
        tab.get_by_role("button", name="Rename Phone").click()
        tab.get_by_role("dialog", name="Rename the app").get_by_label("Name").fill("Old phone")
        tab.get_by_role("button", name="Save").click()
        expect(tab.get_by_role("list", name="Authenticator apps")).to_contain_text("Old phone")
        tab.get_by_role("button", name="Make new recovery codes").click()
        tab.get_by_role("dialog").get_by_role("button", name="Make new recovery codes").click()
        expect(tab.get_by_role("list", name="Your recovery codes").get_by_role("listitem")).to_have_count(10)
        tab.get_by_role("button", name="Remove", exact=True).click()
        tab.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
        expect(tab.get_by_text("your password alone lets nobody in")).to_be_visible()
        sign_in(other_profile.new_page(), person)

    def test_after_a_while_the_password_is_asked_for_before_an_app_is_added(self, tab, person, server):
        sign_in(tab, person, to="/account/security")
        server.move_clock(3_600)
        tab.get_by_role("button", name="Add an authenticator app").click()
        tab.get_by_label("Your password").fill(PASSWORD)
        tab.get_by_role("button", name="Confirm").click()
        expect(tab.get_by_role("dialog", name="Add an authenticator app")).to_be_visible()


def test_an_administrator_removes_them_and_every_page_of_the_person_leaves(
    tab, other_profile, person, administrator, enrolled, server
):
    give_password(tab, person)
    give_code(tab, code_at(enrolled.secret, server.now()))
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()
    with open_service(server) as service:
        user_id = service.administration.find_user(person).id
    other = other_profile.new_page()
    sign_in(other, administrator, to="/admin/users")
    other.goto(f"admin/user?id={user_id}")
    other.get_by_role("button", name="Remove all second factors").click()
    other.get_by_role("dialog").get_by_role("button", name="Remove all second factors").click()
    expect(other.get_by_text("None. The password alone is enough.")).to_be_visible()
    expect_login_with(tab, "second_factor_reset", "An administrator has removed your second factors.")
    sign_in(tab, person)
