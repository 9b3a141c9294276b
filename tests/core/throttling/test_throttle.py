"""Throttling: who tries too often waits, longer each time, and nobody can make somebody else wait."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from rxapp.auth import (
    AuthError,
    AuthService,
    Client,
    InvalidCredentials,
    InvalidToken,
    PasswordRefused,
    TokenReused,
    TooManyRequests,
    WrongPassword,
)
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventFilter, EventKind
from rxapp.auth.core.database.outages import DatabaseUnavailable
from rxapp.auth.core.identity.network_address import network_of
from rxapp.auth.core.settings.production_checks import RATE_LIMITS
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.core.throttling.action_limits import RECORDS_PER_PERIOD
from rxapp.auth.core.throttling.counters import ClockedMemoryStorage
from rxapp.auth.core.throttling.throttle import DELAYS, Throttle
from tests.conftest import PASSWORD

HERE = Client("192.0.2.7", "curl/8.5.0")
THERE = Client("198.51.100.9", "Mozilla/5.0")
GOOD = "plumb orbit cadet vixen"
DEFAULTS = {name: Settings.model_fields[name].default for name in RATE_LIMITS}


@pytest.fixture(scope="session")
def settings(settings):
    """With the limits that people have."""
    return settings.model_copy(update=DEFAULTS)


@pytest.fixture
def database(sqlite_database):
    """No limit counts in the database."""
    return sqlite_database


def fail(service, user_name="johndoe", client=HERE, times=1):
    for _ in range(times):
        with pytest.raises(InvalidCredentials):
            service.log_in(user_name, "wrong", client)


def seconds_refused(call) -> int:
    with pytest.raises(TooManyRequests) as refused:
        call()
    return refused.value.retry_after_seconds


def wait(service, user_name="johndoe", client=HERE, password="wrong") -> int:
    """How long the next attempt would have to wait."""
    return seconds_refused(lambda: service.log_in(user_name, password, client))


def recorded(service, kind=""):
    with service.database.connect() as db:
        return [(event.kind, event.detail) for event in events.oldest_first(db, EventFilter(kind=kind))]


class TestLogin:
    def test_five_failures_in_five_minutes_are_free_and_the_sixth_attempt_waits(self, service, johndoe):
        fail(service, times=5)
        assert wait(service) == 60

    def test_while_one_waits_the_right_password_is_refused_as_well(self, service, johndoe):
        """Otherwise the answer would still tell a right guess from a wrong one."""
        fail(service, times=5)
        assert wait(service, password=PASSWORD) == 60

    def test_after_the_wait_one_attempt_is_free_and_the_right_password_makes_good_all_failures(self, service, johndoe, clock):
        fail(service, times=5)
        clock.move(seconds=60)
        service.log_in("johndoe", PASSWORD, HERE)
        fail(service, times=5)
        assert wait(service) == 60

    def test_each_further_failure_doubles_the_wait_up_to_a_quarter_of_an_hour(self, service, johndoe, clock):
        fail(service, times=5)
        waits = [wait(service)]
        for _ in range(6):
            clock.move(seconds=waits[-1] - 1)
            assert wait(service) == 1
            clock.move(seconds=1)
            fail(service)
            waits.append(wait(service))
        assert waits == [60, 120, 240, 480, 900, 900, 900]

    def test_four_failures_every_five_minutes_never_wait(self, service, johndoe, clock):
        for _ in range(4):
            fail(service, times=4)
            clock.move(minutes=5)

    def test_the_delays_are_short_again_after_an_hour_without_a_failure(self, service, johndoe, clock):
        fail(service, times=5)
        clock.move(minutes=1)
        fail(service)
        clock.move(hours=1)
        fail(service, times=5)
        assert wait(service) == 60

    @pytest.mark.parametrize("pause", [0, 75.5])
    def test_a_day_of_guessing_at_one_address_gives_some_two_hundred_guesses(self, service, johndoe, clock, pause):
        """With a pause of 75.5 seconds, no five minutes ever have a fifth failure."""
        end, guesses = clock() + timedelta(days=1), 0
        while clock() < end:
            clock.move(seconds=pause)
            try:
                service.log_in("johndoe", "wrong", HERE)
            except TooManyRequests as refused:
                clock.move(seconds=refused.retry_after_seconds)
            except InvalidCredentials:
                guesses += 1
        assert 50 < guesses <= 120 + 96

    def test_after_the_failures_of_a_day_the_owner_waits_no_longer_than_a_quarter_of_an_hour(self, service, johndoe, clock):
        for _ in range(130):
            clock.move(seconds=75.5)
            with suppress(AuthError):
                service.log_in("johndoe", "wrong", HERE)
        assert 0 < wait(service) <= 900
        clock.move(minutes=15)
        assert service.log_in("johndoe", PASSWORD, HERE)
        fail(service, times=4)

    def test_a_stranger_cannot_make_the_owner_wait(self, service, johndoe):
        with suppress(AuthError):
            while True:
                fail(service, client=THERE)
        assert service.log_in("johndoe", PASSWORD, HERE)

    def test_failures_for_one_account_do_not_make_another_wait(self, service, johndoe):
        fail(service, "eve", times=5)
        assert service.log_in("johndoe", PASSWORD, HERE)

    def test_a_name_in_other_letters_is_the_same_account(self, service, johndoe):
        fail(service, "JohnDoe", times=3)
        fail(service, " ｊohndoe", times=2)
        assert wait(service) == 60

    def test_an_unknown_user_waits_exactly_as_one_who_exists(self, service, johndoe):
        fail(service, times=5)
        fail(service, "nobody", times=5)
        assert wait(service) == wait(service, "nobody")

    def test_the_addresses_of_one_household_are_one(self, service, johndoe):
        for n in range(5):
            fail(service, client=Client(f"2001:db8:0:7::{n}"))
        assert wait(service, client=Client("2001:db8:0:7:ffff::")) == 60
        assert service.log_in("johndoe", PASSWORD, Client("2001:db8:0:8::1"))

    def test_fifty_failures_of_one_address_make_it_wait_for_every_account(self, service, johndoe, clock):
        for n in range(50):
            fail(service, f"user-{n}")
            clock.move(seconds=1)
        assert wait(service, password=PASSWORD) == 250
        assert service.log_in("johndoe", PASSWORD, THERE)
        clock.move(seconds=250)
        assert service.log_in("johndoe", PASSWORD, HERE)

    def test_of_a_hundred_guesses_at_once_no_more_are_verified_than_one_after_another(self, service, johndoe):
        verified = []
        verify = service.passwords.verify_password
        service.passwords.verify_password = lambda *given: (verified.append(1), verify(*given))

        def guess(_):
            with pytest.raises(AuthError):
                service.log_in("johndoe", "wrong", HERE)

        with ThreadPoolExecutor(20) as threads:
            list(threads.map(guess, range(100)))
        assert len(verified) == 5
        assert wait(service) == 60

    def test_who_comes_while_all_attempts_are_being_verified_waits_a_second(self, service, johndoe):
        with service.throttle.password_attempt("johndoe", HERE.address):
            others = [service.throttle.password_attempt("johndoe", HERE.address) for _ in range(4)]
            for attempt in others:
                attempt.__enter__()
            assert wait(service, password=PASSWORD) == 1
            for attempt in others:
                attempt.__exit__(None, None, None)

    def test_an_attempt_that_the_database_failed_is_not_counted(self, service, johndoe):
        for _ in range(9):
            with pytest.raises(DatabaseUnavailable), service.throttle.password_attempt("johndoe", HERE.address):
                raise DatabaseUnavailable(OperationalError("", {}, OSError()), may_retry=False)
        assert service.log_in("johndoe", PASSWORD, HERE)

    def test_a_failure_counts_even_if_it_could_not_be_written_down(self, service, johndoe):
        """With a full disk there would be guesses without end."""
        with service.database.engine.begin() as db:
            db.execute(text("ALTER TABLE auth_security_event RENAME TO gone"))
        for _ in range(5):
            with pytest.raises(DatabaseUnavailable):
                service.log_in("johndoe", "wrong", HERE)
        with pytest.raises((DatabaseUnavailable, TooManyRequests)), service.throttle.password_attempt("johndoe", HERE.address):
            pytest.fail("another guess")

    def test_0_switches_the_limit_of_an_address_off_as_well(self, settings, database, clock):
        service = AuthService(settings.model_copy(update={"login_rate_limit": 0}), database, clock)
        fail(service, times=60)


class TestOtherAnswersAboutAPassword:
    """Whoever sits at somebody's screen, or has stolen a session, could guess here instead."""

    @pytest.fixture
    def me(self, service, pair):
        return service.verify_access(pair.access_token)

    @pytest.mark.parametrize("ask", ["confirm", "change_password", "delete"])
    def test_five_failures_and_the_sixth_attempt_waits(self, service, me, ask):
        rest = [GOOD] if ask == "change_password" else []
        asked = (
            partial(service.confirmation.confirm, me, "pwd") if ask == "confirm" else partial(getattr(service.accounts, ask), me)
        )
        for _ in range(5):
            with pytest.raises(WrongPassword):
                asked("wrong", *rest, HERE)
        assert seconds_refused(lambda: asked(PASSWORD, *rest, HERE)) == 60

    def test_all_of_them_count_together_and_another_address_is_no_way_around(self, service, me):
        for n in range(3):
            with pytest.raises(WrongPassword):
                service.confirmation.confirm(me, "pwd", "wrong", Client(f"192.0.2.{n}"))
        for n in range(2):
            with pytest.raises(WrongPassword):
                service.accounts.change_password(me, "wrong", GOOD, Client(f"192.0.2.{n}"))
        assert seconds_refused(lambda: service.accounts.delete(me, PASSWORD, THERE)) == 60

    def test_the_owner_in_another_session_does_not_wait(self, service, me):
        for _ in range(5):
            with pytest.raises(WrongPassword):
                service.confirmation.confirm(me, "pwd", "wrong", HERE)
        other = service.verify_access(service.log_in("johndoe", PASSWORD, HERE).access_token)
        service.confirmation.confirm(other, "pwd", PASSWORD, HERE)


class TestRegistration:
    def test_an_address_may_try_thirty_times_an_hour(self, service, clock):
        for n in range(30):
            service.accounts.register(f"user-{n}", "", GOOD, HERE)
        assert seconds_refused(lambda: service.accounts.register("one-more", "", GOOD, HERE)) == 3600
        service.accounts.register("one-more", "", GOOD, THERE)
        clock.move(hours=1)
        service.accounts.register("another", "", GOOD, HERE)

    def test_asking_for_taken_names_counts(self, service, johndoe):
        for _ in range(30):
            with pytest.raises(AuthError):
                service.accounts.register("johndoe", "", GOOD, HERE)
        assert seconds_refused(lambda: service.accounts.register("johndoe", "", GOOD, HERE)) == 3600

    def test_password_checks_count_too_because_they_take_a_hashing_thread(self, service, clock):
        for _ in range(300):
            with pytest.raises(PasswordRefused, match="too easy"):
                service.accounts.register("me", "", "passwordpassword", HERE)
        assert seconds_refused(lambda: service.accounts.register("me", "", GOOD, HERE)) == 3600
        service.accounts.register("me", "", GOOD, THERE)

    def test_a_password_that_is_refused_before_the_check_does_not_count(self, service):
        for _ in range(400):
            with pytest.raises(PasswordRefused):
                service.accounts.register("me", "", "short", HERE)
        service.accounts.register("me", "", GOOD, HERE)


class TestRefresh:
    @pytest.fixture
    def exhausted(self, service, pair):
        """A pair whose session has rotated thirty times within this minute."""
        for _ in range(30):
            pair = service.refresh(*vars_of(pair))
        return pair

    def test_the_thirty_first_rotation_in_a_minute_waits_and_changes_nothing(self, service, exhausted, clock):
        clock.move(seconds=20)
        assert seconds_refused(lambda: service.refresh(*vars_of(exhausted))) == 40
        assert service.verify_access(exhausted.access_token).user_name == "johndoe"
        clock.move(seconds=40)
        assert service.refresh(*vars_of(exhausted))

    def test_another_session_of_the_same_person_does_not_wait(self, service, exhausted):
        assert service.refresh(*vars_of(service.log_in("johndoe", PASSWORD)))

    def test_a_stranger_cannot_use_it_up_with_forged_tokens(self, service, pair):
        forged = pair.refresh_token[:-8] + "AAAAAAAA"
        for _ in range(40):
            with pytest.raises(InvalidToken):
                service.refresh(pair.access_token, forged, HERE)
        assert service.refresh(*vars_of(pair))

    def test_a_stolen_token_is_detected_however_many_refreshes_there_were(self, service, pair, exhausted):
        service.verify_access(exhausted.access_token)
        with pytest.raises(TokenReused):
            service.refresh(*vars_of(pair))


class TestTheAuditLog:
    def test_throttling_is_written_down_once_and_not_at_each_request(self, service, johndoe, clock):
        fail(service, times=5)
        for _ in range(50):
            wait(service)
        assert recorded(service, EventKind.THROTTLED) == [("throttled", "login")]
        clock.move(minutes=5)
        fail(service)
        wait(service)
        assert recorded(service, EventKind.THROTTLED) == [("throttled", "login")] * 2

    def test_the_owner_reads_it_at_their_own_events(self, service, johndoe, pair):
        fail(service, times=5)
        wait(service)
        with service.database.connect() as db:
            newest = events.newest(db, EventFilter(user_id=johndoe.id), limit=1)
        assert newest[0].kind == EventKind.THROTTLED

    def test_a_stranger_can_write_only_so_many_rows(self, service, pair, clock):
        before = len(recorded(service))
        for _ in range(3 * RECORDS_PER_PERIOD):
            with pytest.raises(InvalidToken):
                service.refresh("", "", HERE)
        new = recorded(service)[before:]
        assert len(new) == RECORDS_PER_PERIOD + 1
        assert new[-1] == ("throttled", "event")

    def test_what_one_address_fills_another_still_writes(self, service, johndoe):
        for _ in range(RECORDS_PER_PERIOD + 1):
            with pytest.raises(InvalidToken):
                service.refresh("", "", HERE)
        fail(service, client=THERE)
        assert recorded(service)[-1] == ("login_failed", "")


class TestTheCountersInMemory:
    def test_they_are_forgotten_with_their_window(self, clock):
        storage = ClockedMemoryStorage(clock)
        for n in range(100):
            storage.acquire_entry(f"key-{n}", 5, 60)
            clock.move(seconds=1)
        assert len(storage._windows[60]) == 60

    def test_strangers_cannot_make_them_grow_for_ever(self, clock, monkeypatch):
        monkeypatch.setattr("rxapp.auth.core.throttling.counters.MAXIMUM_KEYS", 10)
        storage = ClockedMemoryStorage(clock)
        for n in range(100):
            storage.acquire_entry(f"key-{n}", 5, 60)
        assert list(storage._windows[60]) == [f"key-{n}" for n in range(90, 100)]

    def test_a_tally_is_forgotten_with_its_period(self, clock):
        storage = ClockedMemoryStorage(clock)
        for n in range(100):
            storage.incr(f"key-{n}", 60)
            clock.move(seconds=1)
        assert len(storage._tallies) == 59
        assert storage.incr("key-99", 60) == 2, "and the period begins with the first"
        clock.move(seconds=59)
        assert storage.incr("key-99", 60) == 1

    def test_strangers_cannot_make_the_tallies_grow_for_ever(self, clock, monkeypatch):
        monkeypatch.setattr("rxapp.auth.core.throttling.counters.MAXIMUM_KEYS", 10)
        storage = ClockedMemoryStorage(clock)
        for n in range(100):
            storage.incr(f"key-{n}", 60)
            storage.incr("key-0", 60)
        assert set(storage._tallies) == {"key-0", *(f"key-{n}" for n in range(91, 100))}
        assert storage.incr("key-0", 60) == 102

    def test_threads_cannot_count_past_a_limit(self, clock):
        storage = ClockedMemoryStorage(clock)
        with ThreadPoolExecutor(8) as threads:
            assert sum(threads.map(lambda _: storage.acquire_entry("key", 10, 60), range(200))) == 10


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("not an address", "not an address"),
        ("", ""),
    ],
)
def test_the_network_of_an_address_is_what_one_household_cannot_change(address, network):
    assert network_of(address) == network


def test_the_longest_delay_is_within_the_time_that_a_failure_is_remembered():
    assert sum(DELAYS, timedelta()) < timedelta(hours=1)


def vars_of(pair):
    return pair.access_token, pair.refresh_token


def test_a_place_has_the_name_that_every_release_before_gave_it(clock):
    """Workers of two releases count in one Redis while an update is under way."""
    throttle = Throttle(Settings(secret_key="k" * 40), clock)
    assert throttle.unreadable("a name", "192.0.2.7") == "eb8db574799e89c7c3ccf0d574bb167d"
