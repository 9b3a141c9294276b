"""How strong a session is: a guard may ask for two factors, and a person who is logged in gives the second one later."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from rxapp.auth import Client, SessionRevoked, TooManyRequests, TwoFactorsRequired, WrongCode
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.errors import RevocationReason
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.core.login.second_factor import WrongStepUpCode
from rxapp.auth.core.login.strength import Strength
from tests.conftest import PASSWORD
from tests.core.login.test_second_factor import RIGHT, Word, begun, staged

__all__ = ["staged"]  # the fixture

PHONE = Client(device_key=ProvedKey("p" * 43))


@pytest.fixture
def word():
    return Word()


@pytest.fixture
def backup():
    return Word("backup", is_backup=True)


@pytest.fixture
def before(staged, word, johndoe):
    """Begins a session from before its person had a second factor."""

    def begin(client=NO_CLIENT):
        owners, word.owners = word.owners, set()
        me = staged.verify_access(staged.log_in("johndoe", PASSWORD, client).access_token, client)
        word.owners = owners
        return me

    return begin


def test_who_has_given_a_second_factor_at_login_is_strong_enough(staged):
    pair = staged.login.go_on(begun(staged).pending_login, RIGHT, NO_CLIENT).pair
    me = staged.verify_access(pair.access_token)
    for strength in Strength:
        staged.confirmation.require_strength(me, strength)


@pytest.mark.parametrize("strength", [Strength.TWO_FACTORS, Strength.BEST])
def test_who_has_one_and_has_not_given_it_is_told_which(staged, before, backup, johndoe, strength):
    backup.owners.add(johndoe.id)
    with pytest.raises(TwoFactorsRequired) as required:
        staged.confirmation.require_strength(before(), strength)
    assert required.value.methods == ("word", "backup")


def test_who_has_none_is_refused_where_two_are_asked_for_and_let_through_where_the_best_is(staged, before, word, backup, johndoe):
    me = before()
    word.owners.clear()
    backup.owners.add(johndoe.id)
    staged.confirmation.require_strength(me, Strength.BEST)
    with pytest.raises(TwoFactorsRequired) as required:
        staged.confirmation.require_strength(me, Strength.TWO_FACTORS)
    assert required.value.methods == ()


def test_a_bound_session_stays_and_is_strong_from_then_on_but_its_password_grows_old(staged, before, clock):
    me = before(PHONE)
    clock.move(minutes=9)
    assert staged.confirmation.confirm_second_factor(me, "word", "sesame", PHONE) is None
    strong = staged.verify_session(me.session_id)
    assert (strong.amr, strong.authenticated_at) == (("pwd", "word", "mfa"), me.authenticated_at)
    staged.confirmation.require_strength(strong, Strength.TWO_FACTORS)
    (event,) = staged.administration.events(EventFilter(kind="second_factor_confirmed"), limit=9)[1]
    assert event.session_id == me.session_id


def test_an_unbound_session_is_replaced_because_a_thief_may_hold_it_too(staged, before, clock):
    me = before()
    clock.move(minutes=9)
    replaced = staged.confirmation.confirm_second_factor(me, "word", "sesame")
    new = staged.verify_access(replaced.pair.access_token)
    assert (new.amr, new.authenticated_at, new.expires_at) == (("pwd", "word", "mfa"), me.authenticated_at, me.expires_at)
    with pytest.raises(SessionRevoked):
        staged.verify_session(me.session_id)
    assert staged.why_revoked(me) == RevocationReason.SECOND_FACTOR_CONFIRMED


def test_a_wrong_code_and_a_factor_of_others_change_nothing_and_are_written_down(staged, before):
    me = before()
    for method, code in (("word", "open"), ("backup", "sesame"), ("pwd", PASSWORD), ("", "")):
        with pytest.raises(WrongCode):
            staged.confirmation.confirm_second_factor(me, method, code)
    assert staged.verify_session(me.session_id).amr == ("pwd",)
    found = staged.administration.events(EventFilter(kind="second_factor_refused"), limit=9)[1]
    assert {(event.session_id, event.detail) for event in found} == {(me.session_id, "second_factor")}


def test_guesses_with_a_copied_session_do_not_use_up_those_of_the_owners_logins(staged, before):
    me = before()
    for _ in range(5):
        with pytest.raises(WrongCode):
            staged.confirmation.confirm_second_factor(me, "word", "open")
    with pytest.raises(TooManyRequests):
        staged.confirmation.confirm_second_factor(me, "word", "sesame")
    assert staged.login.go_on(begun(staged).pending_login, RIGHT, NO_CLIENT)


def test_twenty_guesses_at_once_are_twenty_guesses(staged, before, word):
    me = before(PHONE)

    def guess(_):
        with pytest.raises((WrongCode, TooManyRequests)) as refused:
            staged.confirmation.confirm_second_factor(me, "word", "open", PHONE)
        return refused.type

    with ThreadPoolExecutor(20) as pool:
        refusals = Counter(pool.map(guess, range(20)))
    assert refusals[WrongStepUpCode] == word.asked <= 5


def test_an_ended_session_is_not_made_strong(staged, before):
    me = before(PHONE)
    staged.revoke(me.session_id)
    with pytest.raises(SessionRevoked):
        staged.confirmation.confirm_second_factor(me, "word", "sesame", PHONE)
