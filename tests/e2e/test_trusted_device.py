"""A trusted browser is not asked for a code, and its owner sees and ends it. Open pages tell what happens to second factors."""

import pytest
from playwright.sync_api import expect

from tests.e2e.accessibility import assert_accessible
from tests.e2e.conftest import PASSWORD, expect_login_with, sign_in
from tests.e2e.database import open_service
from tests.e2e.test_second_factor import A_MINUTE, enrolled, give_code, give_password  # noqa: F401  a fixture
from tests.one_time_codes import code_at

BOX = "Do not ask on this device for 30 days"
NEWS = "A recovery code was used to log in, on HeadlessChrome on Linux."


def log_out(tab):
    tab.get_by_role("button", name="Log out").click()
    expect(tab.get_by_label("Username")).to_be_visible()


@pytest.fixture
def trusted(tab, person, server, request):
    """The tab's browser is trusted, and its person is at their sessions."""
    made = request.getfixturevalue("enrolled")
    give_password(tab, person, "account/sessions")
    tab.get_by_label(BOX).check()
    give_code(tab, code_at(made.secret, server.now()))
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()
    return made


class TestTrust:
    def test_the_password_is_enough_after_a_logout_too_until_one_wants_to_be_asked_again(self, tab, person, trusted):
        log_out(tab)
        sign_in(tab, person, to="/account/sessions")
        devices = tab.get_by_role("list", name="Devices that are not asked for a code")
        expect(devices).to_contain_text("Chrome")
        assert_accessible(tab)
        tab.get_by_role("button", name="Ask for a code again on").click()
        expect(tab.get_by_text("That device is asked for a code again.")).to_be_visible()
        expect(devices).to_have_count(0)
        log_out(tab)
        give_password(tab, person)

    def test_another_browser_is_asked(self, trusted, other_profile, person):
        give_password(other_profile.new_page(), person)

    @pytest.mark.usefixtures("enrolled")
    def test_the_box_is_there_not_ticked_and_reached_by_keyboard(self, tab, person):
        give_password(tab, person)
        box = tab.get_by_label(BOX)
        expect(box).not_to_be_checked()
        tab.get_by_label("Code", exact=True).press("Tab")
        expect(box).to_be_focused()
        box.press("Space")
        expect(box).to_be_checked()
        assert_accessible(tab)
        tab.get_by_role("button", name="Start again").click()
        give_password(tab, person)
        expect(tab.get_by_label(BOX)).not_to_be_checked()

    @pytest.mark.unbound
    @pytest.mark.usefixtures("enrolled")
    def test_a_browser_without_a_key_is_not_offered_it(self, tab, person):
        give_password(tab, person)
        expect(tab.get_by_role("checkbox")).to_have_count(0)

    def test_a_session_that_is_ended_from_the_list_takes_it_along(self, tab, other_profile, person, trusted, server):
        other = other_profile.new_page()
        server.move_clock(A_MINUTE)
        give_password(other, person, "account/sessions")
        give_code(other, code_at(trusted.secret, server.now()))
        other.get_by_role("button", name="End all others").click()
        expect_login_with(tab, "session_revoked", "ended")
        give_password(tab, person)


class TestNews:
    @pytest.mark.thorough
    def test_a_used_recovery_code_is_told_to_every_open_page_until_it_is_closed(
        self, tab, profile, other_profile, person, trusted
    ):
        second = profile.new_page()
        second.goto("account/activity")
        expect(second.get_by_role("button", name="Log out")).to_be_visible()
        other = other_profile.new_page()
        give_password(other, person)
        other.get_by_role("button", name="Use a recovery code instead").click()
        give_code(other, trusted.recovery_codes[0], "Recovery code")
        expect(other.get_by_role("button", name="Log out")).to_be_visible()
        for page in tab, second:
            expect(page.get_by_text(NEWS)).to_be_visible()
            assert_accessible(page)
            page.get_by_role("button", name="Close").click()
            expect(page.get_by_text(NEWS)).to_have_count(0)
        expect(other.get_by_text(NEWS)).to_have_count(0)

    def test_a_change_is_told_to_the_other_pages_and_not_to_the_one_that_made_it(self, tab, profile, person, trusted):
        second = profile.new_page()
        second.goto("account/security")
        second.get_by_role("button", name="Rename Phone").click()
        second.get_by_role("dialog", name="Rename the app").get_by_label("Name").fill("Old phone")
        second.get_by_role("button", name="Save").click()
        expect(tab.get_by_text("A second factor of your account was renamed")).to_be_visible()
        expect(second.get_by_text("The name was changed.")).to_be_visible()
        expect(second.get_by_text("A second factor of your account was renamed")).to_have_count(0)

    @pytest.mark.thorough
    def test_nobody_else_is_told(self, tab, other_profile, person, other_person, trusted, server):
        other = other_profile.new_page()
        sign_in(other, other_person)
        with open_service(server) as service:
            user = service.administration.find_user(person)
            assert service.second_factors.methods_of(user.id)
        tab.goto("account/security")
        tab.get_by_role("button", name="Make new recovery codes").click()
        tab.get_by_role("dialog").get_by_role("button", name="Make new recovery codes").click()
        expect(tab.get_by_role("list", name="Your recovery codes").get_by_role("listitem")).to_have_count(10)
        expect(other.get_by_text("recovery codes were made")).to_have_count(0)

    @pytest.mark.thorough
    def test_whoever_logs_in_next_on_the_page_is_not_told(self, tab, person, other_person, trusted, server):
        with open_service(server) as service:
            pair = service.log_in(other_person, PASSWORD)
            assert pair
        log_out(tab)
        sign_in(tab, other_person)
        expect(tab.get_by_text("While this page was open")).to_have_count(0)


@pytest.mark.thorough
def test_the_hint_of_the_new_password_is_the_one_for_that_person(tab, other_profile, other_person, trusted):
    tab.goto("account")
    expect(tab.locator("#new_password-hint")).to_contain_text("8")
    other = other_profile.new_page()
    sign_in(other, other_person)
    expect(other.locator("#new_password-hint")).to_contain_text("15")
