"""A token copied out of local storage is worthless: sessions bound to a key that the browser cannot give away."""

import json
import re

import httpx
import pytest
from playwright.sync_api import expect

from rxapp.auth import AuthSession
from rxapp.auth.core.accounts.users import find_user
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventFilter
from tests.e2e.browser import ARGUMENTS, find_browser
from tests.e2e.conftest import (
    EXPIRED,
    NO_KEYS,
    PASSWORD,
    expect_login_with,
    expect_stored,
    log_in,
    refresh_button,
    sign_in,
    store,
    stored,
)
from tests.e2e.database import open_service
from tests.thorough import thorough_but_for

COPIED = "made for another device"


def attempts(server, user_name):
    with open_service(server) as service, service.database.read() as db:
        user = find_user(db, user_name)
        return events.count(db.connection(), EventFilter(user_id=user.id, kind="device_proof_refused"))


def generation(server, tab):
    with open_service(server) as service, service.database.read() as db:
        claims = service.access_tokens.identify(stored(tab)["jwt"])
        return db.get(AuthSession, claims.session_id).generation


FAILING = """
const open = IDBFactory.prototype.open;
IDBFactory.prototype.open = function (...given) {
  const how = localStorage.getItem("how-storage-fails");
  if (how === "hangs") return {};
  if (!how) return open.apply(this, given);
  const request = { error: new DOMException("made to fail", how) };
  setTimeout(() => request.onerror());
  return request;
};
"""
"""IndexedDB fails in the way that an item of local storage names."""


@pytest.mark.parametrize(
    "how",
    thorough_but_for(("UnknownError",), ("UnknownError", "hangs", "InvalidStateError", "AbortError")),
)
class TestAKeyThatCannotBeReadNow:
    def test_keeps_the_person_logged_in_and_the_page_goes_on_by_itself(self, tab, person, how):
        tab.context.add_init_script(FAILING)
        sign_in(tab, person)
        held = stored(tab)
        tab.evaluate("how => localStorage.setItem('how-storage-fails', how)", how)
        tab.reload()
        notice = tab.get_by_role("status").filter(has_text="You stay logged in.")
        expect(notice).to_be_visible()
        assert stored(tab) == held
        tab.evaluate("localStorage.removeItem('how-storage-fails')")
        expect(tab.get_by_label("Display name")).to_have_value(person)
        expect(notice).not_to_be_visible()
        assert stored(tab) == held

    def test_lets_a_person_log_in(self, tab, person, how):
        tab.context.add_init_script(FAILING)
        tab.goto("login")
        tab.evaluate("how => localStorage.setItem('how-storage-fails', how)", how)
        sign_in(tab, person, to="/account/sessions")
        expect(tab.get_by_text("This device", exact=True)).to_be_visible()

    def test_can_be_given_up_by_the_person(self, tab, person, how):
        tab.context.add_init_script(FAILING)
        sign_in(tab, person)
        tab.evaluate("how => localStorage.setItem('how-storage-fails', how)", how)
        tab.reload()
        tab.get_by_role("button", name="Log in again").click()
        expect_login_with(tab, "invalid_dpop_proof", COPIED)


class TestCopied:
    def test_into_another_profile_the_tokens_open_nothing_and_the_owner_stays(self, server, tab, other_profile, person):
        sign_in(tab, person, to="/account/sessions")
        copied = stored(tab)
        thief = other_profile.new_page()
        thief.goto("/login")
        store(thief, copied)
        thief.goto("/account/sessions")
        expect_login_with(thief, "invalid_dpop_proof", COPIED)
        assert attempts(server, person)
        assert stored(tab) == copied
        tab.reload()
        expect(tab.get_by_text("bound to this device")).to_be_visible()

    def test_into_another_profile_they_do_not_rotate(self, server, tab, other_profile, person):
        sign_in(tab, person)
        copied = stored(tab)
        thief = other_profile.new_page()
        thief.goto("/login")
        store(thief, copied)
        server.move_clock(EXPIRED)
        thief.goto("/account")
        expect_login_with(thief, "invalid_dpop_proof", COPIED)
        tab.reload()
        expect_stored(tab, changed_from=copied)
        assert generation(server, tab) == 1

    def test_into_a_program_they_open_nothing_and_do_not_rotate(self, server, tab, api, person):
        sign_in(tab, person)
        pair = stored(tab)
        for scheme in ("Bearer", "DPoP"):
            refused = api.get("/api/me", headers={"Authorization": f"{scheme} {pair['jwt']}"})
            assert (refused.status_code, refused.json()["code"]) == (401, "invalid_dpop_proof")
        refused = api.post("/api/token/refresh", json={"accessToken": pair["jwt"], "refreshToken": pair["refreshToken"]})
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_dpop_proof")
        assert attempts(server, person) >= 3
        tab.reload()
        expect(tab.get_by_role("button", name="Log out")).to_be_visible()
        assert stored(tab) == pair

    def test_onto_a_page_that_is_open_they_open_nothing(self, tab, other_profile, person, server):
        """Storage of an open page changed under its feet."""
        sign_in(tab, person)
        thief = other_profile.new_page()
        thief.goto("/")
        expect(thief.get_by_role("link", name="Log in").first).to_be_visible()
        store(thief, stored(tab))
        thief.get_by_role("link", name="Customers").first.click()
        expect(thief).to_have_url(re.compile("/login"))
        tab.reload()
        expect(tab.get_by_role("button", name="Log out")).to_be_visible()

    @pytest.mark.thorough
    def test_the_owner_reads_of_the_attempt_in_their_own_activity(self, tab, other_profile, person):
        sign_in(tab, person)
        thief = other_profile.new_page()
        thief.goto("/login")
        store(thief, stored(tab))
        thief.goto("/account")
        expect_login_with(thief, "invalid_dpop_proof", COPIED)
        tab.goto("/account/activity")
        expect(tab.get_by_text("used without the key of its device").first).to_be_visible()


class TestTheOwnerNoticesNothing:
    @pytest.mark.thorough
    def test_over_many_rotations_in_a_row(self, server, tab):
        log_in(tab)
        first = pair = stored(tab)
        for count in range(1, 21):
            server.move_clock(EXPIRED)
            refresh_button(tab).click()
            pair = expect_stored(tab, changed_from=pair)
            expect(tab.get_by_text("refreshed once" if count == 1 else f"refreshed {count} times")).to_be_visible()
        expect(tab.get_by_text("John Doe")).to_be_visible()
        assert pair["refreshToken"][:26] == first["refreshToken"][:26], "it is the same session"
        assert generation(server, tab) == 20

    @pytest.mark.thorough
    def test_after_a_reload_and_in_a_second_tab(self, server, profile, tab):
        log_in(tab)
        pair = stored(tab)
        server.move_clock(EXPIRED)
        tab.reload()
        expect(tab.get_by_text("John Doe")).to_be_visible()
        second = profile.new_page()
        second.goto("/customers")
        expect(second.get_by_text("John Doe")).to_be_visible()
        expect_stored(tab, changed_from=pair)
        assert generation(server, tab) == 1

    def test_when_two_tabs_rotate_together(self, server, profile, tab):
        log_in(tab)
        second = profile.new_page()
        second.goto("/customers")
        expect(second.get_by_text("John Doe")).to_be_visible()
        pair = stored(tab)
        server.move_clock(EXPIRED)
        for page in (tab, second):
            refresh_button(page).dispatch_event("click")
        expect_stored(tab, changed_from=pair)
        for page in (tab, second):
            refresh_button(page).click()
            expect(page.get_by_text("John Doe")).to_be_visible()
        assert generation(server, tab) == 1, "one step, shared"

    @pytest.mark.thorough
    def test_after_the_browser_was_closed_and_opened_again(self, server, tmp_path, browser):
        def open_browser():
            options = {"executable_path": find_browser(), "args": ARGUMENTS, "base_url": server.url}
            return browser.browser_type.launch_persistent_context(str(tmp_path / "profile"), **options)

        context = open_browser()
        log_in(context.pages[0])
        context.close()
        server.move_clock(EXPIRED)
        context = open_browser()
        tab = context.pages[0]
        tab.goto("/customers")
        expect(tab.get_by_text("John Doe")).to_be_visible()
        assert generation(server, tab) == 1
        context.close()

    @pytest.mark.thorough
    def test_offline_and_back(self, server, profile, tab):
        log_in(tab)
        pair = stored(tab)
        profile.set_offline(True)
        server.move_clock(EXPIRED)
        profile.set_offline(False)
        refresh_button(tab).click()
        expect_stored(tab, changed_from=pair)
        expect(tab.get_by_text("John Doe")).to_be_visible()

    def test_when_the_server_was_started_anew(self, server, tab):
        log_in(tab)
        server.kill()
        server.start(is_built=True)
        tab.reload()
        expect(tab.get_by_text("John Doe")).to_be_visible()


class TestTheKey:
    def test_cannot_be_taken_out(self, tab):
        log_in(tab)
        outcome = tab.evaluate(
            """async () => {
                const key = await new Promise((resolve) => {
                    const opening = indexedDB.open("rxapp");
                    opening.onsuccess = () => {
                        const asked = opening.result.transaction("keys").objectStore("keys").get("device");
                        asked.onsuccess = () => resolve(asked.result.privateKey);
                    };
                });
                const outcome = { extractable: key.extractable, type: key.type, json: JSON.stringify(key) };
                for (const format of ["jwk", "pkcs8", "raw", "spki"]) {
                    outcome[format] = await crypto.subtle.exportKey(format, key).then(() => "exported", (error) => error.name);
                }
                return outcome;
            }"""
        )
        assert outcome.pop("json") == "{}"
        assert outcome == {
            "extractable": False,
            "type": "private",
            "jwk": "InvalidAccessError",
            "pkcs8": "InvalidAccessError",
            "raw": "InvalidAccessError",
            "spki": "InvalidAccessError",
        }

    def test_and_the_tokens_are_in_no_url_and_no_log(self, server, tab):
        urls = []
        tab.on("request", lambda request: urls.append(request.url))
        log_in(tab)
        pairs = [stored(tab)]
        server.move_clock(EXPIRED)
        refresh_button(tab).click()
        pairs.append(expect_stored(tab, changed_from=pairs[0]))
        said = server.log.read_text() + "\n".join(urls)
        for pair in pairs:
            assert pair["jwt"].rpartition(".")[2] not in said
            assert pair["refreshToken"] not in said
        assert "dpop+jwt" not in said
        assert "eyJ0eXAiOiJkcG9wK2p3dCI" not in said, "the head of a proof"

    def test_is_made_once_and_serves_every_login_of_this_browser(self, server, tab, person):
        def jkt():
            payload = stored(tab)["jwt"].split(".")[1]
            return tab.evaluate("part => JSON.parse(atob(part.replace(/-/g, '+').replace(/_/g, '/'))).cnf.jkt", payload)

        sign_in(tab, person)
        first = jkt()
        tab.get_by_role("button", name="Log out").click()
        expect(tab.get_by_label("Username")).to_be_visible()
        sign_in(tab, person)
        assert jkt() == first


class TestWhereNoKeyCanBeKept:
    @pytest.mark.parametrize(
        "missing",
        [NO_KEYS, "Object.defineProperty(window, 'indexedDB', { get() { throw new Error('no') } })"],
        ids=["no WebCrypto", "no IndexedDB"],
    )
    def test_one_signs_in_unbound_and_the_sessions_page_says_so(self, server, profile, person, missing):
        profile.add_init_script(missing)
        tab = profile.new_page()
        sign_in(tab, person, to="/account/sessions")
        expect(tab.get_by_text("not bound")).to_be_visible()
        pair = stored(tab)
        server.move_clock(EXPIRED)
        tab.reload()
        expect_stored(tab, changed_from=pair)
        assert httpx.get(f"{server.url}/api/me", headers={"Authorization": f"Bearer {stored(tab)['jwt']}"}).status_code == 200


def test_with_the_wrong_password_nothing_is_bound_and_the_next_try_works(tab, person):
    tab.goto("/login")
    tab.get_by_label("Username").fill(person)
    tab.get_by_label("Password").fill("wrong")
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_role("main").get_by_role("alert")).to_have_text("The user name or the password is wrong.")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()
    assert json.loads(tab.evaluate("JSON.stringify(localStorage.jwt)"))
