"""Passkeys in the page, with Chromium's virtual authenticator: adding, all ways of logging in, confirming, removing."""

import os
import re

import pytest
from playwright.sync_api import expect

from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.login.challenges import LIFETIME
from rxapp.auth.features.passkeys.rules import own_passkeys
from tests.e2e.accessibility import assert_accessible
from tests.e2e.conftest import PASSWORD, expect_login_with, expect_to_leave, sign_in, stored
from tests.e2e.database import open_service
from tests.e2e.virtual_authenticator import VirtualAuthenticator
from tests.thorough import thorough_but_for

pytestmark = pytest.mark.skipif(
    os.environ.get("RXAPP_TEST_SERVER") == "production", reason="its address is an IP address, which has no passkeys"
)

SECURITY = "/account/security"
SHORT_OF_BREATH = """
  window.renewals = 0;
  const wait = window.setTimeout;
  window.setTimeout = (act, ms, ...more) =>
    ms === 180000 ? wait(() => { window.renewals += 1; act(); }, 300) : wait(act, ms, ...more);
"""
"""A browser for which the three minutes until a challenge is renewed pass at once."""

NOT_ACCEPTED = "This passkey was not accepted"


@pytest.fixture
def device(tab):
    """The person's own, which this tab can use."""
    return device_with(tab)


@pytest.fixture
def passkey(tab, person, device):
    """The person has added a passkey, and the tab is at the security page. This is what the device keeps of it."""
    add_passkey(tab, person).get_by_role("button", name="Cancel").click()
    expect(tab.get_by_role("dialog")).to_have_count(0)
    (made,) = device.credentials()
    return made


@pytest.fixture
def elsewhere(other_profile):
    return other_profile.new_page()


def add_passkey(tab, person, *, to=SECURITY):
    sign_in(tab, person, to=to)
    tab.get_by_role("button", name="Add a passkey").click()
    tab.get_by_role("dialog", name="Add a passkey").get_by_role("button", name="Create it").click()
    dialog = tab.get_by_role("dialog", name="Name the passkey")
    expect(dialog.get_by_label("Name")).to_be_visible()
    return dialog


def device_with(page, passkey=None, *, autofills=False, **options) -> VirtualAuthenticator:
    """With autofill, the person of a virtual device takes the first passkey at once, whether or not they press the button."""
    if not autofills:
        page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")
    made = VirtualAuthenticator(page, **options)
    if passkey:
        made.keep(passkey)
    return made


def press(page, name="Use a passkey"):
    page.get_by_role("button", name=name).click()


def expect_logged_in(page, to="/account"):
    expect(page).to_have_url(re.compile(rf"{to}/?$"))
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def ask_after_password(server, person):
    with open_service(server) as service:
        identity = service.verify_access(service.log_in(person, PASSWORD).access_token)
        own_passkeys.ask_after_password(service, identity, asks=True)


def give_password(page, person, to="account"):
    page.goto(to)
    page.get_by_label("Username").fill(person)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()


class TestInOnesAccount:
    def test_one_is_added_and_named_at_once(self, tab, person, device):
        dialog = add_passkey(tab, person)
        expect(dialog.get_by_label("Name")).to_have_value("Passkey")
        assert_accessible(tab)
        dialog.get_by_label("Name").fill("My phone")
        dialog.get_by_role("button", name="Save").click()
        listed = tab.get_by_role("list", name="Passkeys")
        expect(listed).to_contain_text("My phone")
        expect(listed).to_contain_text("only on this device")
        expect(listed).to_contain_text("not used yet")
        assert_accessible(tab)
        assert len(device.credentials()) == 1

    @pytest.mark.thorough
    def test_one_that_is_copied_between_devices_says_so(self, tab, person):
        VirtualAuthenticator(tab, defaultBackupEligibility=True, defaultBackupState=True)
        add_passkey(tab, person)
        expect(tab.get_by_role("list", name="Passkeys")).to_contain_text("synced between devices")

    @pytest.mark.thorough
    def test_a_device_that_has_one_adds_no_second(self, tab, passkey):
        tab.get_by_role("button", name="Add a passkey").click()
        dialog = tab.get_by_role("dialog", name="Add a passkey")
        dialog.get_by_role("button", name="Create it").click()
        expect(dialog.get_by_role("alert")).to_contain_text("has a passkey for your account already")
        expect(dialog.get_by_role("button", name="Create it")).to_be_enabled()

    def test_whoever_does_not_answer_the_browser_can_try_again(self, tab, person):
        device = VirtualAuthenticator(tab, isUserVerified=False)
        sign_in(tab, person, to=SECURITY)
        tab.get_by_role("button", name="Add a passkey").click()
        dialog = tab.get_by_role("dialog", name="Add a passkey")
        dialog.get_by_role("button", name="Create it").click()
        expect(dialog.get_by_role("alert")).to_contain_text("No passkey was added.")
        device.verifies(True)
        dialog.get_by_role("button", name="Create it").click()
        expect(tab.get_by_role("dialog", name="Name the passkey")).to_be_visible()

    def test_it_is_renamed_and_removed_and_the_device_is_told(self, tab, elsewhere, passkey, device):
        device_with(elsewhere, passkey)
        elsewhere.goto("account")
        press(elsewhere)
        expect_logged_in(elsewhere)
        tab.get_by_role("button", name="Rename Passkey").click()
        tab.get_by_label("Name", exact=True).fill("Old phone")
        tab.get_by_role("button", name="Save").click()
        expect(tab.get_by_role("list", name="Passkeys")).to_contain_text("Old phone")
        tab.get_by_role("button", name="Remove", exact=True).click()
        tab.get_by_role("dialog", name="Remove Old phone?").get_by_role("button", name="Remove").click()
        expect_to_leave("passkey_removed", elsewhere)
        expect(tab.get_by_text("With a passkey you log in without a name")).to_be_visible()
        expect(tab.get_by_role("button", name="Log out")).to_be_visible()
        assert device.credentials() == []

    @pytest.mark.thorough
    def test_the_device_hears_of_the_name_of_its_person_and_of_a_passkey_that_is_gone(self, tab, person, passkey, device, server):
        with open_service(server) as service:
            service.administration.rename(service.administration.find_user(person).id, "Another Name")
        tab.get_by_role("button", name="Rename Passkey").click()
        tab.get_by_label("Name", exact=True).fill("Old phone")
        tab.get_by_role("button", name="Save").click()
        expect(tab.get_by_role("list", name="Passkeys")).to_contain_text("Old phone")
        tab.wait_for_timeout(0)  # so that the events of the device are read
        heard = dict(device.signals)
        assert heard["credentialUpdated"]["credential"]["userDisplayName"] == "Another Name"
        tab.get_by_role("button", name="Remove", exact=True).click()
        tab.get_by_role("dialog", name="Remove Old phone?").get_by_role("button", name="Remove").click()
        expect(tab.get_by_text("With a passkey you log in without a name")).to_be_visible()
        tab.wait_for_timeout(0)
        heard = dict(device.signals)
        assert heard["credentialDeleted"]["credentialId"] == passkey["credentialId"]

    def test_after_a_while_the_password_is_asked_for_before_one_is_added(self, tab, person, device, server):
        sign_in(tab, person, to=SECURITY)
        server.move_clock(3_600)
        tab.get_by_role("button", name="Add a passkey").click()
        tab.get_by_label("Your password").fill(PASSWORD)
        tab.get_by_role("button", name="Confirm").click()
        tab.get_by_role("button", name="Create it").click()
        expect(tab.get_by_role("dialog", name="Name the passkey")).to_be_visible()

    def test_in_a_browser_without_passkeys_a_sentence_says_so(self, tab, person):
        tab.add_init_script("delete window.PublicKeyCredential")
        sign_in(tab, person, to=SECURITY)
        tab.get_by_role("button", name="Add a passkey").click()
        expect(tab.get_by_role("dialog").get_by_text("This browser has no passkeys")).to_be_visible()


class TestAtLogin:
    def test_autofill_offers_it_and_one_gets_where_one_wanted_to_go(self, elsewhere, passkey):
        device_with(elsewhere, passkey, autofills=True)
        elsewhere.goto("account/sessions")
        expect_logged_in(elsewhere, "/account/sessions")

    def test_the_button_uses_it_without_a_name(self, elsewhere, passkey):
        device_with(elsewhere, passkey)
        elsewhere.goto("account")
        assert elsewhere.get_by_label("Username").get_attribute("autocomplete") == "username webauthn"
        press(elsewhere)
        expect_logged_in(elsewhere)

    def test_a_prompt_that_is_cancelled_leaves_a_page_that_works(self, elsewhere, person, passkey):
        device_with(elsewhere)
        elsewhere.goto("account")
        press(elsewhere)
        expect(elsewhere.get_by_role("status").filter(has_text="No passkey was used.")).to_be_visible()
        expect(elsewhere.get_by_role("button", name="Use a passkey")).to_be_enabled()
        assert_accessible(elsewhere)
        elsewhere.get_by_label("Username").fill(person)
        elsewhere.get_by_label("Password").fill(PASSWORD)
        elsewhere.get_by_role("button", name="Log in").click()
        expect_logged_in(elsewhere)

    @pytest.mark.parametrize("lie", thorough_but_for(("isBogusSignature",), ("isBogusSignature", "isBadUV", "isBadUP")))
    def test_an_answer_that_is_wrong_is_refused_and_a_right_one_after_it_is_not(self, elsewhere, passkey, lie):
        device = device_with(elsewhere, passkey)
        device.lies(**{lie: True})
        elsewhere.goto("account")
        press(elsewhere)
        expect(elsewhere.get_by_role("alert").filter(has_text=NOT_ACCEPTED)).to_be_visible()
        assert stored(elsewhere) == {}
        device.lies(isBogusSignature=False, isBadUV=False, isBadUP=False)
        press(elsewhere)
        expect_logged_in(elsewhere)

    def test_one_that_does_not_know_its_person_is_not_enough(self, elsewhere, passkey):
        device_with(elsewhere, passkey, isUserVerified=False)
        elsewhere.goto("account")
        press(elsewhere)
        expect(elsewhere.get_by_role("status").filter(has_text="No passkey was used.")).to_be_visible()

    def test_a_clone_is_refused_and_audited(self, elsewhere, person, passkey, server):
        device_with(elsewhere, passkey | {"signCount": 7})
        elsewhere.goto("account")
        press(elsewhere)
        expect_logged_in(elsewhere)
        clone = elsewhere.context.browser.new_context(base_url=server.pages_url).new_page()
        device_with(clone, passkey)
        clone.goto("account")
        press(clone)
        expect(clone.get_by_role("alert").filter(has_text=NOT_ACCEPTED)).to_be_visible()
        clone.context.close()
        with open_service(server) as service:
            user_id = service.administration.find_user(person).id
            _, found = service.administration.events(EventFilter(user_id, "passkey_refused"), limit=9)
        assert [event.detail for event in found] == ["Passkey: its counter went back"]

    @pytest.mark.thorough
    def test_two_tabs_of_one_browser_do_not_disturb_each_other(self, other_profile, passkey):
        first, second = other_profile.new_page(), other_profile.new_page()
        for page in (first, second):
            device_with(page, passkey)
            page.goto("account")
            expect(page.get_by_role("button", name="Use a passkey")).to_be_enabled()
        press(first)
        for page in (first, second):
            expect_logged_in(page)

    @pytest.mark.thorough
    def test_a_challenge_is_renewed_while_the_page_waits(self, elsewhere, passkey, server):
        device_with(elsewhere, passkey)
        elsewhere.add_init_script(SHORT_OF_BREATH)
        elsewhere.goto("account")
        expect(elsewhere.get_by_role("button", name="Use a passkey")).to_be_enabled()
        server.move_clock(LIFETIME.total_seconds() + 1)
        before = elsewhere.evaluate("window.renewals")
        elsewhere.wait_for_function("before => window.renewals > before + 1", arg=before)
        press(elsewhere)
        expect_logged_in(elsewhere)

    def test_in_a_browser_without_passkeys_a_sentence_says_so(self, tab):
        tab.add_init_script("delete window.PublicKeyCredential")
        tab.goto("login")
        expect(tab.get_by_text("This browser has no passkeys")).to_be_visible()


class TestAfterThePassword:
    def test_it_is_asked_for_and_needs_nobody_verified(self, elsewhere, person, passkey, server):
        ask_after_password(server, person)
        device_with(elsewhere, passkey, hasUserVerification=False, isUserVerified=False)
        give_password(elsewhere, person)
        assert_accessible(elsewhere)
        press(elsewhere)
        expect_logged_in(elsewhere)

    @pytest.mark.thorough
    def test_whoever_cancels_stays_at_the_step(self, elsewhere, person, passkey, server):
        ask_after_password(server, person)
        device_with(elsewhere)
        give_password(elsewhere, person)
        press(elsewhere)
        expect(elsewhere.get_by_role("status").filter(has_text="No passkey was used.")).to_be_visible()
        elsewhere.get_by_role("button", name="Start again").click()
        expect(elsewhere.get_by_label("Username")).to_be_visible()

    @pytest.mark.thorough
    def test_the_switch_decides_and_recovery_codes_stand_in(self, tab, elsewhere, person, passkey):
        tab.get_by_label("Ask for a passkey after my password too").click()
        tab.get_by_role("button", name="Make new recovery codes").click()
        tab.get_by_role("dialog").get_by_role("button", name="Make new recovery codes").click()
        expect(tab.get_by_text("Please confirm with your second factor")).to_be_visible()
        press(tab.get_by_role("dialog", name="Confirm that it is you"))
        codes = tab.get_by_role("list", name="Your recovery codes").get_by_role("listitem")
        expect(codes).to_have_count(10)
        device_with(elsewhere)
        give_password(elsewhere, person)
        elsewhere.get_by_role("button", name="Use a recovery code instead").click()
        elsewhere.get_by_label("Recovery code", exact=True).fill(codes.first.inner_text())
        elsewhere.get_by_role("button", name="Confirm").click()
        expect_logged_in(elsewhere)
        tab.get_by_label("Ask for a passkey after my password too").click()
        expect(tab.get_by_role("heading", name="Recovery codes")).to_have_count(0)

    def test_a_wrong_answer_is_refused_and_one_can_try_again(self, elsewhere, person, passkey, server):
        ask_after_password(server, person)
        device = device_with(elsewhere, passkey)
        device.lies(isBogusSignature=True)
        give_password(elsewhere, person)
        press(elsewhere)
        expect(elsewhere.get_by_role("alert").filter(has_text=NOT_ACCEPTED)).to_be_visible()
        device.lies(isBogusSignature=False)
        press(elsewhere)
        expect_logged_in(elsewhere)


class TestToConfirm:
    def test_it_stands_in_for_the_password_and_the_form_goes_on_with_what_was_typed(self, tab, person, passkey, server):
        server.move_clock(3_600)
        tab.get_by_role("button", name="Rename Passkey").click()
        tab.get_by_label("Name", exact=True).fill("Typed before")
        tab.get_by_role("button", name="Save").click()
        dialog = tab.get_by_role("dialog", name="Confirm that it is you")
        expect(dialog.get_by_label("Your password")).to_be_visible()
        assert_accessible(tab)
        dialog.get_by_role("button", name="Use a passkey").click()
        expect(tab.get_by_role("list", name="Passkeys")).to_contain_text("Typed before")

    @pytest.mark.thorough
    def test_whoever_cancels_can_use_the_password(self, tab, person, passkey, device, server):
        device.forget_all()
        server.move_clock(3_600)
        tab.get_by_role("button", name="Add a passkey").click()
        dialog = tab.get_by_role("dialog", name="Confirm that it is you")
        dialog.get_by_role("button", name="Use a passkey").click()
        expect(dialog.get_by_role("alert")).to_contain_text("No passkey was used.")
        dialog.get_by_label("Your password").fill(PASSWORD)
        dialog.get_by_role("button", name="Confirm").click()
        expect(tab.get_by_role("dialog", name="Add a passkey")).to_be_visible()


class TestWithoutAPassword:
    @pytest.mark.thorough
    def test_it_is_removed_and_set_again_and_the_last_way_in_stays(self, tab, person, passkey, device, server):
        tab.get_by_role("button", name="Remove my password").click()
        tab.get_by_role("dialog").get_by_role("button", name="Remove my password").click()
        expect(tab.get_by_text("Your account has no password.")).to_be_visible()
        assert_accessible(tab)
        tab.get_by_role("button", name="Remove", exact=True).click()
        tab.get_by_role("dialog", name="Remove Passkey?").get_by_role("button", name="Remove").click()
        expect(tab.get_by_role("alert").filter(has_text="This is the only way to log in")).to_be_visible()
        server.move_clock(3_600)
        tab.get_by_label("New password", exact=True).fill("plumb orbit cadet vixen")
        tab.get_by_label("Repeat new password").fill("plumb orbit cadet vixen")
        tab.get_by_role("button", name="Set a password").click()
        dialog = tab.get_by_role("dialog", name="Confirm that it is you")
        expect(dialog.get_by_label("Your password")).to_have_count(0)
        dialog.get_by_role("button", name="Use a passkey").click()
        expect(tab.get_by_role("button", name="Remove my password")).to_be_visible()

    @pytest.mark.thorough
    def test_the_account_is_deleted_after_a_passkey(self, tab, passkey, server):
        tab.get_by_role("button", name="Remove my password").click()
        tab.get_by_role("dialog").get_by_role("button", name="Remove my password").click()
        expect(tab.get_by_text("Your account has no password.")).to_be_visible()
        server.move_clock(3_600)
        tab.goto("account")
        expect(tab.get_by_text("Your account has no password.")).to_be_visible()
        tab.get_by_role("button", name="Delete my account").click()
        tab.get_by_role("dialog").get_by_role("button", name="Delete my account").click()
        tab.get_by_role("dialog", name="Confirm that it is you").get_by_role("button", name="Use a passkey").click()
        expect_login_with(tab, "account_deleted", "Your account has been deleted.")
