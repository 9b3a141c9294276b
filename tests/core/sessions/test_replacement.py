"""A new session in place of the one that asked: whoever holds a copy of the old tokens has nothing."""

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from rxapp.auth import (
    AuthService,
    AuthSession,
    Client,
    DatabaseUnavailable,
    FreshAuthenticationRequired,
    InvalidCredentials,
    InvalidToken,
    PasswordRefused,
    SessionExpired,
    SessionRevoked,
    WrongPassword,
)
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.errors import DeviceKeyRequired, InvalidDpopProof
from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.core.sessions import replacement
from tests.conftest import PASSWORD
from tests.core.sessions.test_races import at_once, count, right_after_the_password_was_verified

GOOD = "plumb orbit cadet vixen"
OWNER = Client("192.0.2.7", "Firefox/133.0", ProvedKey("o" * 43))
THIEF = Client("198.51.100.9", "curl/8.5.0")


def refresh(service, pair, client=THIEF):
    return service.refresh(pair.access_token, pair.refresh_token, client)


def session_of(service, pair):
    with service.database.read() as db:
        return db.get_one(AuthSession, service.access_tokens.identify(pair.access_token).session_id)


def assert_dead(service, pair, reason, client=THIEF):
    """For both halves of the pair, and for what a refresh of it could give."""
    for use in (lambda: service.verify_access(pair.access_token, client), lambda: refresh(service, pair, client)):
        with pytest.raises(SessionRevoked) as refused:
            use()
        assert refused.value.reason == reason


@pytest.fixture
def accounts(service):
    return service.accounts


@pytest.fixture
def me(service, pair):
    """The owner, signed in with `pair`, which is bound to no key and which a thief has copied."""
    return service.verify_access(pair.access_token)


@pytest.fixture
def bound(service, johndoe):
    """A pair that is bound to the owner's key."""
    return service.log_in("johndoe", PASSWORD, OWNER)


@pytest.fixture
def bound_me(service, bound):
    return service.verify_access(bound.access_token, OWNER)


class TestChangingThePassword:
    def test_ends_a_copied_pair_of_the_very_session_that_asked(self, service, accounts, me, pair):
        accounts.change_password(me, PASSWORD, GOOD)
        assert_dead(service, pair, "password_changed")

    def test_ends_what_a_thief_has_rotated_too(self, service, accounts, me, pair):
        theirs = refresh(service, pair)
        accounts.change_password(me, PASSWORD, GOOD)
        assert_dead(service, theirs, "password_changed")

    def test_begins_a_new_session_for_the_one_who_asked(self, service, accounts, me, johndoe, clock):
        clock.move(minutes=4)
        changed = accounts.change_password(me, PASSWORD, GOOD, OWNER)
        mine = service.verify_access(changed.pair.access_token, OWNER)
        assert (mine.user_id, mine.roles) == (johndoe.id, frozenset({"Manager"}))
        assert mine.session_id != me.session_id == changed.replaced
        assert [session.id for session in accounts.sessions_of(mine)] == [mine.session_id]
        assert refresh(service, changed.pair, OWNER)

    def test_it_is_as_that_of_a_login(self, service, accounts, me, clock):
        clock.move(minutes=4)
        changed = session_of(service, accounts.change_password(me, PASSWORD, GOOD, OWNER).pair)
        login = session_of(service, service.log_in("johndoe", GOOD, OWNER))
        for column in ("created_at", "authenticated_at", "last_used_at", "expires_at", "device", "address", "generation"):
            assert getattr(changed, column) == getattr(login, column), column

    def test_the_sessions_that_ended_are_told_apart(self, service, accounts, me):
        phone = service.verify_access(service.log_in("johndoe", PASSWORD).access_token)
        changed = accounts.change_password(me, PASSWORD, GOOD)
        assert (changed.replaced, changed.others) == (me.session_id, [phone.session_id])

    def test_the_other_sessions_may_be_kept_but_not_a_copy_of_this_one(self, service, accounts, me, pair):
        phone = service.log_in("johndoe", PASSWORD)
        changed = accounts.change_password(me, PASSWORD, GOOD, ends_other_sessions=False)
        assert changed.others == []
        assert service.verify_access(phone.access_token)
        assert_dead(service, pair, "password_changed")

    @pytest.mark.parametrize("new", ["", "short", PASSWORD])
    def test_a_change_that_is_refused_replaces_nothing(self, service, accounts, me, pair, new):
        with pytest.raises(PasswordRefused):
            accounts.change_password(me, PASSWORD, new)
        with pytest.raises(WrongPassword):
            accounts.change_password(me, "wrong", GOOD)
        assert service.verify_access(pair.access_token) == me
        assert count(service, AuthSession) == 1

    def test_a_session_that_was_ended_meanwhile_is_not_brought_back_by_it(self, service, accounts, me, monkeypatch):
        """A thief who knows the password, and whose session the owner ends at that moment."""
        right_after_the_password_was_verified(service, monkeypatch, lambda: service.revoke(me.session_id))
        with pytest.raises(SessionRevoked):
            accounts.change_password(me, PASSWORD, GOOD)
        assert service.log_in("johndoe", PASSWORD), "the password is as it was"
        assert count(service, AuthSession, revoked_at=None) == 1

    def test_what_happened_is_written_down(self, service, accounts, me, johndoe):
        with service.database.connect() as db:
            before = events.newest_id(db)
        changed = accounts.change_password(me, PASSWORD, GOOD, THIEF)
        mine = service.verify_access(changed.pair.access_token).session_id
        with service.database.connect() as db:
            new = [(each.kind, each.session_id, each.detail) for each in events.oldest_first(db, EventFilter(), after_id=before)]
        assert new == [
            ("password_changed", me.session_id, ""),
            ("session_revoked", me.session_id, "password_changed"),
            ("session_replaced", mine, str(me.session_id)),
        ]


class TestTheKeyOfTheNewSession:
    def test_is_that_of_the_old_one_whatever_came_with_the_request(self, service, accounts, bound_me):
        """Over HTTP the proof was used up by the request itself, and the route knows no key any more."""
        changed = accounts.change_password(bound_me, PASSWORD, GOOD, replace(OWNER, device_key=None))
        assert changed.is_bound
        assert service.verify_access(changed.pair.access_token, OWNER)
        with pytest.raises(InvalidDpopProof):
            service.verify_access(changed.pair.access_token, THIEF)
        with pytest.raises(InvalidDpopProof):
            refresh(service, changed.pair, THIEF)

    def test_the_old_pair_is_dead_for_the_owners_key_too(self, service, accounts, bound, bound_me):
        accounts.change_password(bound_me, PASSWORD, GOOD, OWNER)
        assert_dead(service, bound, "password_changed", OWNER)

    def test_is_the_one_that_was_proved_where_the_old_one_had_none(self, service, accounts, me):
        changed = accounts.change_password(me, PASSWORD, GOOD, OWNER)
        assert changed.is_bound
        with pytest.raises(InvalidDpopProof):
            service.verify_access(changed.pair.access_token, THIEF)

    def test_is_none_where_there_is_none(self, service, accounts, me):
        changed = accounts.change_password(me, PASSWORD, GOOD)
        assert not changed.is_bound
        assert service.verify_access(changed.pair.access_token)

    def test_where_one_is_required_nothing_changes_without_one(self, service, me, settings, database, clock):
        """The session is from before the setting."""
        strict = AuthService(settings.model_copy(update={"require_device_key": True}), database, clock)
        for ask in (
            partial(strict.accounts.change_password, me, PASSWORD, GOOD),
            partial(strict.confirmation.confirm, me, "pwd", PASSWORD),
        ):
            with pytest.raises(DeviceKeyRequired):
                ask()
        assert service.log_in("johndoe", PASSWORD)
        assert strict.accounts.change_password(me, PASSWORD, GOOD, OWNER).is_bound


class TestConfirmingThePassword:
    """What it allows for ten minutes belongs to whoever confirmed, and to no holder of a copy."""

    def test_makes_no_copied_pair_fresh(self, service, accounts, pair, clock):
        clock.move(minutes=11)
        pair = copied = refresh(service, pair)
        stale = service.verify_access(pair.access_token)
        with pytest.raises(FreshAuthenticationRequired):
            service.require_fresh(stale)
        confirmed = service.confirmation.confirm(stale, "pwd", PASSWORD)
        service.require_fresh(service.verify_access(confirmed.pair.access_token))
        assert_dead(service, copied, "password_confirmed")

    def test_leaves_the_other_sessions(self, service, accounts, me):
        phone = service.log_in("johndoe", PASSWORD)
        assert service.confirmation.confirm(me, "pwd", PASSWORD).others == []
        assert service.verify_access(phone.access_token)

    def test_does_not_move_the_end_of_the_lifetime(self, service, accounts, me, pair, clock):
        clock.move(hours=2)
        confirmed = service.confirmation.confirm(me, "pwd", PASSWORD)
        assert session_of(service, confirmed.pair).expires_at == me.expires_at
        ending = session_of(service, confirmed.pair)
        clock.now = ending.expires_at
        with pytest.raises((SessionExpired, InvalidToken)):
            service.verify_access(confirmed.pair.access_token)

    def test_leaves_a_bound_session_as_it_is_for_a_copy_of_it_is_worth_nothing(self, service, accounts, bound, bound_me, clock):
        clock.move(minutes=4)
        assert service.confirmation.confirm(bound_me, "pwd", PASSWORD, OWNER) is None
        assert service.verify_access(bound.access_token, OWNER).authenticated_at == clock()

    def test_binds_the_session_to_the_key_that_was_proved(self, service, accounts, me):
        assert service.confirmation.confirm(me, "pwd", PASSWORD, OWNER).is_bound

    def test_a_wrong_password_replaces_nothing(self, service, accounts, me, pair):
        with pytest.raises(WrongPassword):
            service.confirmation.confirm(me, "pwd", "wrong")
        assert service.verify_access(pair.access_token) == me


class TestRaces:
    def test_of_two_changes_at_once_in_one_session_one_wins_and_one_session_stands(self, service, accounts, me, pair):
        """The owner and the thief, who knows the password as well, at the same moment."""
        answers = at_once([lambda n=n: accounts.change_password(me, PASSWORD, f"{GOOD} {n}") for n in range(4)])
        (winner,) = [n for n, answer in enumerate(answers) if not isinstance(answer, Exception)]
        assert {type(answer) for n, answer in enumerate(answers) if n != winner} <= {WrongPassword, SessionRevoked}
        assert service.verify_access(answers[winner].pair.access_token)
        assert count(service, AuthSession, revoked_at=None) == 1
        assert service.log_in("johndoe", f"{GOOD} {winner}")

    def test_a_change_and_refreshes_at_once_leave_no_old_token_that_works(self, service, accounts, johndoe):
        password = PASSWORD
        for n in range(6):
            pair = service.log_in("johndoe", password)
            me, new = service.verify_access(pair.access_token), f"{GOOD} {n}"
            change, *refreshed = at_once(
                [
                    lambda me=me, old=password, new=new: accounts.change_password(me, old, new),
                    *[lambda held=pair: refresh(service, held)] * 3,
                ]
            )
            for held in (pair, *(answer for answer in refreshed if not isinstance(answer, Exception))):
                assert_dead(service, held, "password_changed")
            assert service.verify_access(change.pair.access_token)
            password = new

    def test_a_change_and_a_log_out_at_once_leave_either_the_new_session_or_the_old_password(self, service, accounts, johndoe):
        password = PASSWORD
        for n in range(6):
            pair = service.log_in("johndoe", password)
            me, new = service.verify_access(pair.access_token), f"{GOOD} {n}"
            change, _ = at_once(
                [
                    lambda me=me, old=password, new=new: accounts.change_password(me, old, new),
                    lambda held=pair: service.end_session_of(held.access_token),
                ]
            )
            if isinstance(change, SessionRevoked):
                assert service.log_in("johndoe", password)
            else:
                assert service.verify_access(change.pair.access_token)
                password = new

    def test_whoever_never_got_the_answer_is_told_why_and_logs_in_with_the_new_password(self, service, accounts, me, pair):
        """The change was done, and its answer was lost: the person holds the old pair and knows the new password."""
        accounts.change_password(me, PASSWORD, GOOD)
        assert_dead(service, pair, "password_changed")
        assert service.why_revoked(me) == "password_changed"
        with pytest.raises(InvalidCredentials):
            service.log_in("johndoe", PASSWORD)
        assert service.log_in("johndoe", GOOD)

    def test_a_transaction_that_the_database_breaks_off_is_done_again_and_gives_one_session(
        self, service, accounts, me, monkeypatch
    ):
        end, broken = replacement.end_sessions_of, []

        def break_off_once(*arguments, **options):
            if not broken:
                broken.append(True)
                raise DatabaseUnavailable(OperationalError("", {}, Exception()), may_retry=True)
            return end(*arguments, **options)

        monkeypatch.setattr(replacement, "end_sessions_of", break_off_once)
        changed = accounts.change_password(me, PASSWORD, GOOD)
        assert service.verify_access(changed.pair.access_token)
        with service.database.read() as db:
            assert len(db.exec(select(AuthSession)).all()) == 2
