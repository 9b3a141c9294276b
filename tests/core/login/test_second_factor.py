"""The stage for a second factor: whoever has one gives it, in each way of logging in, and nobody guesses it."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest

from rxapp.auth import AuthService, Client, InvalidCredentials, NoSecondFactor, NotFound, SessionRevoked, TooManyRequests
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.features import Feature
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.core.login.pending_logins import PendingLoginEnded
from rxapp.auth.core.login.second_factor import SecondFactorRequired, WrongCode
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.features.new_password import FEATURE as NEW_PASSWORD
from rxapp.auth.features.new_password.rules import ANSWER, log_in_by_link
from tests.conftest import PASSWORD

GOOD = "plumb orbit cadet vixen"
RIGHT = {"method": "word", "code": "sesame"}
WRONG = {"method": "word", "code": "open"}


class Word:
    """A factor for tests: those in `owners` have it."""

    def __init__(self, method="word", *, is_backup=False):
        self.method, self.is_backup, self.owners, self.asked = method, is_backup, set(), 0

    def is_available(self, user):
        return user.id in self.owners

    def is_wanted(self, user):
        return not self.is_backup and self.is_available(user)

    def verify(self, user, answer, client):
        self.asked += 1
        if answer != "sesame":
            raise WrongCode

    def count_wanted(self, db, user_id):
        return int(not self.is_backup and user_id in self.owners)

    def remove_all(self, db, user_id, since=None):
        had = user_id in self.owners
        self.owners.discard(user_id)
        return had


@pytest.fixture
def word():
    return Word()


@pytest.fixture
def backup():
    return Word("backup", is_backup=True)


@pytest.fixture
def staged(settings, database, clock, johndoe, word, backup) -> AuthService:
    word.owners.add(johndoe.id)
    settings = settings.model_copy(update={"login_rate_limit": 5})
    factors = Feature("words", second_factors=(lambda _: word, lambda _: backup))
    return AuthService(settings, database, clock, features=[NEW_PASSWORD, factors])


def begun(service, client=NO_CLIENT) -> SecondFactorRequired:
    with pytest.raises(SecondFactorRequired) as required:
        service.log_in("johndoe", PASSWORD, client)
    return required.value


def test_whoever_has_one_is_asked_for_it_and_the_session_says_so(staged):
    required = begun(staged)
    assert (required.stage, required.methods) == ("second_factor", ("word",))
    pair = staged.login.go_on(required.pending_login, RIGHT, NO_CLIENT).pair
    assert staged.verify_access(pair.access_token).amr == ("pwd", "word", "mfa")


def test_whoever_has_none_is_not(staged):
    staged.create_user("anna", PASSWORD)
    assert staged.log_in("anna", PASSWORD)


def test_a_backup_alone_asks_nobody_and_stands_in_for_a_real_one(staged, word, backup, johndoe):
    backup.owners.add(johndoe.id)
    required = begun(staged)
    assert required.methods == ("word", "backup")
    pair = staged.login.go_on(required.pending_login, RIGHT | {"method": "backup"}, NO_CLIENT).pair
    assert staged.verify_access(pair.access_token).amr == ("pwd", "backup", "mfa")
    word.owners.clear()
    assert staged.log_in("johndoe", PASSWORD)


@pytest.mark.parametrize("answers", [{}, WRONG, {"method": "word"}, RIGHT | {"method": "backup"}, RIGHT | {"method": "pwd"}])
def test_what_is_wrong_lets_nobody_in(staged, answers):
    with pytest.raises(WrongCode):
        staged.login.go_on(begun(staged).pending_login, answers, NO_CLIENT)


def test_a_browser_that_has_given_one_before_is_not_locked_out_by_a_thief_of_the_password(staged):
    known = Client(device_key=ProvedKey("k" * 43))
    staged.login.go_on(begun(staged, known).pending_login, RIGHT, known)
    for client in (NO_CLIENT, Client(device_key=ProvedKey("t" * 43))):
        for _ in range(9):
            with suppress(WrongCode, TooManyRequests):
                staged.login.go_on(begun(staged, client).pending_login, WRONG, client)
        with pytest.raises(TooManyRequests):
            staged.login.go_on(begun(staged, client).pending_login, RIGHT, client)
    assert staged.login.go_on(begun(staged, known).pending_login, RIGHT, known)


def test_a_browser_that_is_known_has_no_more_guesses_than_others(staged):
    known = Client(device_key=ProvedKey("k" * 43))
    staged.login.go_on(begun(staged, known).pending_login, RIGHT, known)
    for _ in range(5):
        with pytest.raises(WrongCode):
            staged.login.go_on(begun(staged, known).pending_login, WRONG, known)
    with pytest.raises(TooManyRequests):
        staged.login.go_on(begun(staged, known).pending_login, RIGHT, known)


@pytest.mark.parametrize("pause", [0, 75.5])
def test_whoever_has_the_password_guesses_some_forty_codes_a_day_however_slowly(staged, clock, pause):
    end, guesses = clock() + timedelta(days=1), 0
    while clock() < end:
        clock.move(seconds=pause)
        try:
            staged.login.go_on(begun(staged).pending_login, WRONG, NO_CLIENT)
        except TooManyRequests as refused:
            clock.move(seconds=refused.retry_after_seconds)
        except WrongCode:
            guesses += 1
    assert 20 < guesses <= 44


class TestALink:
    """Neither a set-password link nor a new password gets around a second factor."""

    def test_asks_for_it_first_and_sets_no_password_before(self, staged, johndoe):
        link = staged.administration.issue_password_link(johndoe.id)
        with pytest.raises(SecondFactorRequired) as required:
            log_in_by_link(staged, link, GOOD)
        with pytest.raises(InvalidCredentials):
            staged.log_in("johndoe", GOOD)
        with pytest.raises(LoginIncomplete) as late:
            staged.login.go_on(required.value.pending_login, RIGHT, NO_CLIENT)
        assert late.value.stage == "new_password"
        pair = staged.login.go_on(late.value.pending_login, {ANSWER: GOOD}, NO_CLIENT).pair
        assert staged.verify_access(pair.access_token).amr == ("pwd", "word", "mfa")

    def test_a_password_that_an_administrator_sets_does_not(self, staged, johndoe):
        staged.administration.set_password(johndoe.id, GOOD)
        with pytest.raises(SecondFactorRequired):
            staged.log_in("johndoe", GOOD)


class TestGuessing:
    def test_wrong_codes_are_counted_from_all_addresses_and_a_right_password_makes_none_good(self, staged):
        for number in range(5):
            with pytest.raises(WrongCode):
                staged.login.go_on(begun(staged).pending_login, WRONG, Client(f"203.0.113.{number}"))
        with pytest.raises(TooManyRequests):
            staged.login.go_on(begun(staged).pending_login, RIGHT, Client("198.51.100.1"))

    def test_it_keeps_nobody_from_the_stage_of_the_password(self, staged, clock):
        for _ in range(9):
            with pytest.raises((WrongCode, TooManyRequests)):
                staged.login.go_on(begun(staged).pending_login, WRONG, NO_CLIENT)
        required = begun(staged)
        clock.move(seconds=61)
        assert staged.login.go_on(required.pending_login, RIGHT, NO_CLIENT)

    def test_a_stranger_without_the_password_cannot_even_begin_to_guess(self, staged, word):
        for _ in range(5):
            with pytest.raises(InvalidCredentials):
                staged.log_in("johndoe", "wrong", Client("198.51.100.1"))
        assert word.asked == 0
        assert staged.login.go_on(begun(staged, Client("203.0.113.1")).pending_login, RIGHT, Client("203.0.113.1"))

    def test_20_guesses_at_once_are_20_guesses(self, staged, word):
        pending = begun(staged).pending_login

        def guess(number):
            try:
                staged.login.go_on(pending, WRONG, Client(f"203.0.113.{number}"))
            except (WrongCode, TooManyRequests) as refused:
                return type(refused)

        with ThreadPoolExecutor(20) as threads:
            answers = Counter(threads.map(guess, range(20)))
        assert answers == {WrongCode: 5, TooManyRequests: 15}
        assert word.asked == 5

    def test_each_is_in_the_audit_log_without_the_code(self, staged, johndoe):
        with pytest.raises(WrongCode):
            staged.login.go_on(begun(staged).pending_login, WRONG, NO_CLIENT)
        _, (event, *_) = staged.administration.events(EventFilter(user_id=johndoe.id), limit=9)
        assert (event.kind, event.detail) == ("login_failed", "second_factor")


class TestReset:
    def test_ends_all_sessions_and_is_audited_and_then_the_password_is_enough(self, staged, johndoe):
        pair = staged.login.go_on(begun(staged).pending_login, RIGHT, NO_CLIENT).pair
        assert len(staged.second_factors.reset(johndoe.id)) == 1
        with pytest.raises(SessionRevoked) as ended:
            staged.verify_access(pair.access_token)
        assert ended.value.reason == "second_factor_reset"
        assert staged.administration.events(EventFilter(kind="second_factor_reset"), limit=9)[0] == 1
        assert staged.log_in("johndoe", PASSWORD)

    def test_a_login_that_waited_for_the_factor_begins_anew(self, staged, johndoe):
        pending = begun(staged).pending_login
        staged.second_factors.reset(johndoe.id)
        with pytest.raises(PendingLoginEnded):
            staged.login.go_on(pending, RIGHT, NO_CLIENT)

    def test_where_there_is_nothing_it_says_so_and_changes_nothing(self, staged):
        anna = staged.create_user("anna", PASSWORD)
        pair = staged.log_in("anna", PASSWORD)
        with pytest.raises(NoSecondFactor):
            staged.second_factors.reset(anna.id)
        assert staged.verify_access(pair.access_token)

    def test_a_user_who_is_gone_is_not_found(self, staged, johndoe):
        staged.administration.delete(johndoe.id)
        with pytest.raises(NotFound):
            staged.second_factors.reset(johndoe.id)
        with pytest.raises(NotFound):
            staged.second_factors.methods_of(johndoe.id)
