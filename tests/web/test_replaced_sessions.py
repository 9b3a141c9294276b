"""A page whose session is replaced goes on in the new one: what it sends its browser, and what happens until that has it."""

import pytest
import reflex as rx
from reflex.state import State

from rxapp.auth import SessionRevoked
from rxapp.auth.http.runtime.service import use_service
from rxapp.auth.web.auth_state.confirmation import ConfirmationState
from rxapp.auth.web.auth_state.state import IN, OUT, AuthState
from rxapp.auth.web.browser_storage.token_store import LATE_PAIR_MS, digest, session_part
from rxapp.auth.web.open_pages import registry as open_pages
from rxapp.auth.web.pages.account import AccountState
from rxapp.auth.web.pages.parts.confirm import ConfirmState
from rxapp.auth.web.testing import Page
from tests.conftest import PASSWORD
from tests.web.test_events import Example, in_a_loop, run

GOOD = "plumb orbit cadet vixen"
FORM = {"current_password": PASSWORD, "new_password": GOOD, "new_password_again": GOOD, "ends_others": "on"}


@pytest.fixture
def page(service, pair):
    """The states of a page that has reported `pair`."""
    use_service(service)
    page = State(_reflex_internal_init=True)
    report(page, pair)
    return page


def part(page, cls):
    return in_a_loop(page.get_state(cls))


def report(page, pair):
    auth = part(page, AuthState)
    auth.jwt, auth.refresh_token = pair.access_token, pair.refresh_token


def change(page):
    run(page, "change_password", FORM, of=AccountState)
    return part(page, AuthState)


def click(page):
    """Whether the page's next event is let in."""
    seen = len(part(page, Example).seen)
    run(page, "for_any_user")
    return len(part(page, Example).seen) > seen


def test_a_changed_password_is_said_and_the_new_pair_is_sent(page, service, pair):
    old = service.verify_access(pair.access_token)
    auth, account = change(page), part(page, AccountState)
    assert (account.error, account.said.text) == ("", "Your password is changed.")
    sent = auth.storage_command["pair"]
    mine = service.verify_access(sent["jwt"])
    assert (mine.user_id, mine.session_id == old.session_id) == (old.user_id, False)
    with pytest.raises(SessionRevoked):
        service.verify_access(pair.access_token)


def test_it_is_stored_in_place_of_any_pair_of_the_old_session_and_of_nothing_else(page, service, pair):
    """Another tab may just have rotated it. Signing out meanwhile, or signing in as somebody else, is not undone."""
    mine = service.verify_access(pair.access_token).session_id
    somebodys = service.verify_access(service.log_in("johndoe", PASSWORD).access_token).session_id
    command = change(page).storage_command
    assert command["if_session"] == digest(session_part(mine))
    assert pair.refresh_token.startswith(session_part(mine))
    assert command["if_session"] not in (digest(session_part(somebodys)), digest(""))
    assert (command["if_refresh_token"], command["if_jwt"]) == (None, None)


def test_nothing_of_the_person_is_forgotten_on_the_page_that_asked(page):
    assert click(page)
    auth = change(page)
    assert list(part(page, Example).seen) == ["johndoe"]
    assert (auth.status, auth.user_name) == (IN, "johndoe")


def test_the_form_is_empty_again_after_each_change(page, service):
    change(page)
    first = part(page, AccountState).password_form
    again = {"current_password": GOOD, "new_password": f"{GOOD} 2", "new_password_again": f"{GOOD} 2"}
    run(page, "change_password", again, of=AccountState)
    assert part(page, AccountState).password_form not in (first, 0)


def test_clicks_go_on_before_during_and_after_the_browsers_report(page, service, pair):
    auth = change(page)
    sent = auth.storage_command["pair"]
    assert click(page), "the browser still reports the old pair"
    auth.refresh_token = sent["refreshToken"]
    assert click(page), "it has reported the one half"
    auth.jwt = sent["jwt"]
    assert click(page)


def test_a_rotation_that_was_under_way_when_the_session_was_replaced_signs_nobody_out(page, service, pair, clock):
    """The access token had expired, so the same event has rotated first. The browser reports that pair, and then the new one."""
    clock.move(minutes=6)
    rotated = service.refresh(pair.access_token, pair.refresh_token)
    auth = change(page)
    assert auth.status == IN
    report(page, rotated)
    assert click(page)


def test_whoever_has_copied_the_old_pair_and_the_pages_client_token_is_let_in_on_no_other_connection(page, pair):
    """Over a raw WebSocket, which says what it likes of its storage and never sends what a page sends on connecting."""
    auth = change(page)
    auth._begin_connection("a thief's connection", "a page")
    report(page, pair)
    assert not click(page)
    assert auth.status == OUT


def test_a_browser_that_has_signed_out_meanwhile_is_let_in_no_more(page):
    auth = change(page)
    auth.jwt = auth.refresh_token = ""
    assert not click(page)
    assert auth.status == OUT


def test_a_page_that_never_got_the_answer_is_at_the_login_page_with_the_reason(page, service, pair):
    """It has connected anew, with the old pair."""
    auth = change(page)
    auth._begin_report()
    report(page, pair)
    assert not click(page)
    assert (auth.status, auth.ended_because) == (OUT, "password_changed")
    command = auth.storage_command
    assert (command["pair"], command["after_ms"]) == (None, LATE_PAIR_MS), "the answer may still reach another tab"


def test_a_wrong_password_sends_no_pair(page):
    run(page, "change_password", FORM | {"current_password": "wrong"}, of=AccountState)
    auth = part(page, AuthState)
    assert (auth.storage_command, part(page, AccountState).error) == ({}, "The password is wrong.")
    assert click(page)


class TestConfirming:
    @pytest.fixture
    def asked(self, page, clock):
        """Asked for the password, eleven minutes after it was given."""
        clock.move(minutes=11)
        run(page, "fresh", word="hello")
        assert part(page, ConfirmationState).is_open
        return page

    def test_the_event_that_waited_happens_in_the_new_session_and_a_copy_of_the_old_one_is_dead(self, asked, service, pair):
        copied = service.refresh(pair.access_token, pair.refresh_token)
        (interrupted,) = run(asked, "submit", {"confirmation": PASSWORD}, of=ConfirmState)
        run(asked, "fresh", **interrupted.payload)
        assert list(part(asked, Example).seen) == ["hello"]
        assert not part(asked, ConfirmationState).is_open
        sent = part(asked, AuthState).storage_command["pair"]
        service.require_fresh(service.verify_access(sent["jwt"]))
        with pytest.raises(SessionRevoked) as refused:
            service.verify_access(copied.access_token)
        assert refused.value.reason == "password_confirmed"

    def test_a_second_page_that_has_a_copy_of_the_pair_is_not_fresh(self, asked, service, pair):
        thief = Page(service.refresh(pair.access_token, pair.refresh_token))
        run(asked, "submit", {"confirmation": PASSWORD}, of=ConfirmState)
        thief.call(Example.fresh, word="mine")
        assert list(thief.state(Example).seen) == []
        assert thief.state(AuthState).ended_because == "password_confirmed"


class TestThePagesOfTheOldSession:
    """Those which follow into the new one stay, those which have a copy only leave."""

    @pytest.fixture
    def pushed(self, monkeypatch):
        pushed: list = []
        monkeypatch.setattr(open_pages, "_shown", {})
        monkeypatch.setattr(
            open_pages, "_push", lambda page, state, act, *, after=0: pushed.append((page, after == open_pages.FOLLOWING_SECONDS))
        )
        return pushed

    def test_have_time_to_follow(self, pushed, service, pair):
        identity = service.verify_access(pair.access_token)
        open_pages.register_page(identity, "a page", rx.State)
        open_pages.leave_replaced_session(identity.session_id, "password_changed")
        assert pushed == [("a page", True)]

    def test_are_not_taken_away_sooner_by_a_copy_that_is_refused(self, pushed, service, pair):
        identity = service.verify_access(pair.access_token)
        open_pages.register_page(identity, "a page", rx.State)
        open_pages.leave_replaced_session(identity.session_id, "password_changed")
        open_pages.log_out_open_pages(identity.session_id, "password_changed")
        assert pushed == [("a page", True)]

    def test_one_that_shows_the_new_session_by_then_stays(self, page, service, pair):
        old = service.verify_access(pair.access_token).session_id
        auth = change(page)
        auth._page = auth._page.reported()
        assert auth._log_out_of(old, "password_changed") is None
        assert auth.status == IN
