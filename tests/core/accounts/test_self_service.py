"""What people do with their own account: each refusal has its name, and leaves everything as it was."""

import unicodedata
from datetime import timedelta
from uuid import uuid4

import hypothesis.strategies as st
import pytest
from hypothesis import assume, example, given
from sqlmodel import select

from rxapp.auth import (
    AuthService,
    AuthSession,
    AuthTable,
    Client,
    FreshAuthenticationRequired,
    InvalidCredentials,
    InvalidToken,
    InvalidUserName,
    LastAdministrator,
    NotFound,
    PasswordRefused,
    SecurityEvent,
    SessionRevoked,
    User,
    UserNameTaken,
    WrongPassword,
)
from rxapp.auth.core.accounts.self_service import RegistrationClosed
from rxapp.auth.core.identity.user_names import user_name_key
from tests.conftest import PASSWORD

GOOD = "plumb orbit cadet vixen"
PHONE = Client("192.0.2.7", "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0")


@pytest.fixture
def accounts(service):
    return service.accounts


@pytest.fixture
def me(service, pair):
    """johndoe, signed in."""
    return service.verify_access(pair.access_token)


@pytest.fixture
def my_phone(service, johndoe):
    """A second session of johndoe's."""
    return service.log_in("johndoe", PASSWORD, PHONE)


@pytest.fixture
def somebody(service):
    """Another person, signed in."""
    service.create_user("somebody", PASSWORD)
    return service.verify_access(service.log_in("somebody", PASSWORD).access_token)


def everything(database):
    """All rows of all tables."""
    with database.connect() as db:
        return {name: db.execute(table.select()).all() for name, table in AuthTable.metadata.tables.items()}


def stands(service, pair):
    try:
        return service.verify_access(pair.access_token)
    except SessionRevoked:
        return None


class TestRegister:
    def test_whoever_registers_can_log_in_and_has_no_role(self, service, accounts):
        user = accounts.register(" Anna ", " Anna Karenina ", GOOD)
        assert (user.user_name, user.display_name, user.roles) == ("Anna", "Anna Karenina", [])
        identity = service.verify_access(service.log_in("anna", GOOD).access_token)
        assert (identity.user_id, identity.roles) == (user.id, frozenset())

    def test_without_a_name_for_others_it_is_the_user_name(self, accounts):
        assert accounts.register("Anna", "  ", GOOD).display_name == "Anna"

    def test_the_password_is_taken_exactly_as_typed(self, service, accounts):
        typed = ["  spaces at both ends  ", "пароль в три слова", "ligature \ufb01 plumb orbit", "🦊 over 🐙 twice ok"]
        for n, password in enumerate(typed):
            accounts.register(f"user{n}", "", password)
            assert service.log_in(f"user{n}", password)
            for other in {password.strip(), password.upper(), unicodedata.normalize("NFKC", password), f"{password} "} - {
                password
            }:
                with pytest.raises(InvalidCredentials):
                    service.log_in(f"user{n}", other)

    def test_a_password_against_the_policy_is_refused_and_nothing_is_stored(self, service, accounts):
        before = everything(service.database)
        for password in ("", "short", "passwordpassword", "annakarenina 1877", "x" * 257):
            with pytest.raises(PasswordRefused):
                accounts.register("annakarenina", "Anna", password)
        assert everything(service.database) == before

    def test_a_name_that_is_empty_too_long_or_cannot_be_seen_is_refused_and_nothing_is_stored(self, service, accounts):
        before = everything(service.database)
        for user_name, display_name in [
            ("", "Anna"),
            ("   ", "Anna"),
            ("a" * 65, "Anna"),
            ("an\0na", "Anna"),
            ("an\nna", "Anna"),
            ("an\u202ena", "Anna"),
            ("an\u200bna", "Anna"),
            ("an\ud800na", "Anna"),
            ("\u3164", "Anna"),
            ("\ufe0f\u034f", "Anna"),
            ("\ufdfa" * 64, "Anna"),
            ("anna", "A" * 129),
            ("anna", "An\0na"),
            ("anna", "An\x1b[31mna"),
        ]:
            with pytest.raises(InvalidUserName):
                accounts.register(user_name, display_name, GOOD)
        assert everything(service.database) == before

    def test_any_name_that_can_be_seen_is_allowed(self, service, accounts):
        for name in ("a", "a" * 64, "ẞ" * 64, "Ĳ" * 64, "Анна", "安娜", "🦊", "o'hara; --", "anna@example.com"):
            accounts.register(name, "\ufdfa" * 7, GOOD)
            assert service.log_in(name, GOOD)

    def test_a_name_that_reads_the_same_is_taken_and_nothing_is_stored(self, service, accounts):
        accounts.register("Καΐρης-Straße", "", GOOD)
        for spell in (
            str.upper,
            str.lower,
            str.swapcase,
            str.casefold,
            lambda name: unicodedata.normalize("NFD", name),
            lambda name: unicodedata.normalize("NFD", name.upper()),
            lambda name: name.replace("Straße", "ＳＴＲＡＳＳＥ"),
            lambda name: f" {name}\t",
            lambda name: f"{name}\ufe0f",
            lambda name: name.replace("-", "\u034f-"),
        ):
            before = everything(service.database)
            with pytest.raises((UserNameTaken, InvalidUserName)):  # the latter for the last two, which nobody can see
                accounts.register(spell("Καΐρης-Straße"), "", f"{GOOD} too")
            assert everything(service.database) == before
            assert service.log_in(spell("Καΐρης-Straße"), GOOD)

    def test_it_can_be_closed(self, service, database, settings, clock):
        closed = AuthService(settings.model_copy(update={"registration": False}), database, clock)
        before = everything(database)
        with pytest.raises(RegistrationClosed):
            closed.accounts.register("anna", "", GOOD)
        assert everything(database) == before
        assert closed.administration.create_user("anna", "", [])


class TestUserNameKey:
    names = st.text(st.characters(codec="utf-8", exclude_characters="ı"), max_size=20)
    """But for the dotless i, whose capital is everybody else's I."""

    @given(names)
    @example("\u03b1\u0345\u0301")
    @example("\u0390")
    def test_it_is_the_same_in_any_letter_case_and_unicode_form(self, name):
        key = user_name_key(name)
        for spell in (str.upper, str.lower, str.title, str.casefold, user_name_key):
            assert user_name_key(spell(unicodedata.normalize("NFD", name))) == key
        for form in ("NFC", "NFD", "NFKC", "NFKD"):
            assert user_name_key(unicodedata.normalize(form, name)) == key

    @given(names)
    def test_of_a_name_that_can_be_seen_it_can_be_seen_too(self, name):
        assume(name.isprintable())
        assert user_name_key(name).isprintable()


class TestRename:
    def test_others_see_the_new_name_and_administrators_find_it(self, service, accounts, me):
        assert accounts.rename(me, " Джон ").display_name == "Джон"
        assert accounts.profile_of(me).display_name == "Джон"
        assert service.administration.find_users("джон", limit=9)[0] == 1

    def test_it_does_not_change_the_name_to_log_in_with(self, service, accounts, me):
        accounts.rename(me, "Джон")
        assert service.log_in("johndoe", PASSWORD)

    def test_a_name_that_is_too_long_or_cannot_be_seen_is_refused(self, service, accounts, me):
        before = everything(service.database)
        for display_name in ("x" * 129, "a\nb", "a\0b", "\ud800"):
            with pytest.raises(InvalidUserName):
                accounts.rename(me, display_name)
        assert everything(service.database) == before


class TestFreshness:
    def test_a_login_is_fresh_for_ten_minutes(self, service, pair, clock):
        clock.move(minutes=4)
        identity = service.verify_access(pair.access_token)
        service.require_fresh(identity)
        clock.move(minutes=6)
        service.require_fresh(identity)
        clock.move(seconds=1)
        with pytest.raises(FreshAuthenticationRequired):
            service.require_fresh(identity)

    def test_confirming_the_password_makes_it_fresh_again(self, service, accounts, pair, clock):
        clock.move(hours=2)
        pair = service.refresh(pair.access_token, pair.refresh_token)
        stale = service.verify_access(pair.access_token)
        with pytest.raises(FreshAuthenticationRequired):
            service.require_fresh(stale)
        pair = service.confirmation.confirm(stale, "pwd", PASSWORD).pair
        confirmed = service.verify_access(pair.access_token)
        assert confirmed.authenticated_at == clock()
        service.require_fresh(confirmed)

    def test_rotation_does_not(self, service, pair, clock):
        clock.move(minutes=11)
        pair = service.refresh(pair.access_token, pair.refresh_token)
        with pytest.raises(FreshAuthenticationRequired):
            service.require_fresh(service.verify_access(pair.access_token))

    def test_confirming_it_in_one_session_makes_no_other_session_fresh(self, service, accounts, pair, my_phone, clock):
        clock.move(minutes=4)
        service.confirmation.confirm(service.verify_access(my_phone.access_token), "pwd", PASSWORD)
        assert service.verify_access(pair.access_token).authenticated_at == clock() - timedelta(minutes=4)

    def test_a_wrong_password_confirms_nothing(self, service, accounts, pair, clock):
        clock.move(minutes=4)
        for wrong in ("", "wrong", PASSWORD.upper(), f"{PASSWORD} ", "\0", "\ud800", "x" * 100_000):
            with pytest.raises(WrongPassword):
                service.confirmation.confirm(service.verify_access(pair.access_token), "pwd", wrong)
        assert service.verify_access(pair.access_token).authenticated_at == clock() - timedelta(minutes=4)

    def test_the_period_is_a_setting(self, database, settings, clock):
        service = AuthService(settings.model_copy(update={"fresh_authentication_period": timedelta(seconds=30)}), database, clock)
        service.create_user("johndoe", PASSWORD)
        identity = service.verify_access(service.log_in("johndoe", PASSWORD).access_token)
        clock.move(seconds=31)
        with pytest.raises(FreshAuthenticationRequired):
            service.require_fresh(identity)


class TestChangePassword:
    def test_the_new_one_is_good_and_the_old_one_is_not(self, service, accounts, me):
        accounts.change_password(me, PASSWORD, GOOD)
        assert service.log_in("johndoe", GOOD)
        with pytest.raises(InvalidCredentials):
            service.log_in("johndoe", PASSWORD)

    def test_nobody_has_to_change_it_however_old_it_is(self, service, johndoe, clock):
        clock.move(days=3650)
        assert service.log_in("johndoe", PASSWORD)

    def test_it_ends_all_sessions_and_begins_a_new_one_for_who_asked(self, service, accounts, me, pair, my_phone):
        phone_id = service.verify_access(my_phone.access_token).session_id
        changed = accounts.change_password(me, PASSWORD, GOOD)
        assert changed.others == [phone_id]
        assert not stands(service, pair)
        assert stands(service, changed.pair)
        with pytest.raises(SessionRevoked) as revoked:
            service.refresh(my_phone.access_token, my_phone.refresh_token)
        assert revoked.value.reason == "password_changed"

    def test_it_can_keep_the_other_sessions(self, service, accounts, me, my_phone):
        assert accounts.change_password(me, PASSWORD, GOOD, ends_other_sessions=False).others == []
        assert stands(service, my_phone)

    def test_it_ends_nobody_elses(self, service, accounts, me, somebody):
        accounts.change_password(me, PASSWORD, GOOD)
        assert len(accounts.sessions_of(somebody)) == 1

    def test_whoever_has_just_changed_it_has_given_the_password(self, service, accounts, me, clock):
        clock.move(minutes=4)
        changed = accounts.change_password(me, PASSWORD, GOOD)
        assert service.verify_access(changed.pair.access_token).authenticated_at == clock()

    def test_it_needs_the_current_one(self, service, accounts, me, my_phone):
        for wrong in ("", "wrong", PASSWORD.upper(), GOOD, "\ud800"):
            with pytest.raises(WrongPassword):
                accounts.change_password(me, wrong, f"{GOOD} too")
        assert service.log_in("johndoe", PASSWORD)
        assert stands(service, my_phone)

    def test_a_new_one_against_the_policy_is_refused_and_nothing_changes(self, service, accounts, me, my_phone):
        before = everything(service.database)
        for new in ("", "short", "passwordpassword", "johndoe plumb orbit", "x" * 257, f"{GOOD}\0", f"{GOOD}\ud800"):
            with pytest.raises(PasswordRefused):
                accounts.change_password(me, PASSWORD, new)
        assert everything(service.database) == before

    def test_the_same_one_again_is_refused(self, service, accounts, me, my_phone):
        accounts.change_password(me, PASSWORD, GOOD)
        before = everything(service.database)
        with pytest.raises(PasswordRefused, match="already"):
            accounts.change_password(me, GOOD, GOOD)
        assert everything(service.database) == before


class TestDelete:
    def test_it_leaves_nothing_of_the_user_but_what_happened(self, service, accounts, me, my_phone, somebody):
        accounts.delete(me, PASSWORD)
        with service.database.read() as db:
            assert [user.id for user in db.exec(select(User)).all()] == [somebody.user_id]
            assert [session.user_id for session in db.exec(select(AuthSession)).all()] == [somebody.user_id]
            kinds = {event.kind for event in db.exec(select(SecurityEvent).where(SecurityEvent.user_id == me.user_id)).all()}
        assert kinds == {"user_created", "login", "session_revoked", "user_deleted"}

    def test_it_ends_all_sessions_and_returns_their_ids(self, service, accounts, me, pair, my_phone):
        phone_id = service.verify_access(my_phone.access_token).session_id
        assert sorted(accounts.delete(me, PASSWORD)) == sorted([me.session_id, phone_id])
        for each in (pair, my_phone):
            with pytest.raises(InvalidToken):
                service.verify_access(each.access_token)
            with pytest.raises(InvalidToken):
                service.refresh(each.access_token, each.refresh_token)
        with pytest.raises(InvalidCredentials):
            service.log_in("johndoe", PASSWORD)

    def test_the_name_is_free_again_and_the_newcomer_inherits_nothing(self, service, accounts, me):
        accounts.delete(me, PASSWORD)
        newcomer = accounts.register("johndoe", "", GOOD)
        identity = service.verify_access(service.log_in("johndoe", GOOD).access_token)
        assert identity.roles == frozenset()
        assert {event.kind for event in accounts.events_of(identity, limit=99)} == {"user_registered", "login"}
        assert newcomer.id != me.user_id

    def test_afterwards_it_is_still_known_why_each_session_ended(self, service, accounts, me, my_phone):
        """Else a page on another worker, told by the browser that storage was emptied, would say that the person logged out."""
        sessions = [me, service.verify_access(my_phone.access_token)]
        assert [service.why_revoked(identity) for identity in sessions] == ["", ""]
        accounts.delete(me, PASSWORD)
        assert [service.why_revoked(identity) for identity in sessions] == ["account_deleted"] * 2

    def test_it_needs_the_password(self, service, accounts, me, pair):
        with pytest.raises(WrongPassword):
            accounts.delete(me, "wrong")
        assert stands(service, pair)

    def test_the_last_administrator_cannot_leave(self, service, accounts, me, my_phone):
        service.administration.set_roles(me.user_id, ["Admin"])
        before = everything(service.database)
        with pytest.raises(LastAdministrator):
            accounts.delete(me, PASSWORD)
        assert everything(service.database) == before

    def test_one_of_two_administrators_can(self, service, accounts, me, somebody):
        service.administration.set_roles(me.user_id, ["Admin"])
        service.administration.set_roles(somebody.user_id, ["Admin"])
        assert accounts.delete(me, PASSWORD) == [me.session_id]

    def test_who_is_gone_is_not_found(self, accounts, me):
        accounts.delete(me, PASSWORD)
        for ask in (
            lambda: accounts.profile_of(me),
            lambda: accounts.rename(me, "x"),
            lambda: accounts.change_password(me, PASSWORD, GOOD),
            lambda: accounts.delete(me, PASSWORD),
        ):
            with pytest.raises(NotFound):
                ask()


class TestSessions:
    def test_they_are_told_apart_by_device_and_address_the_last_used_first(self, service, accounts, me, my_phone, clock):
        clock.move(hours=2)
        service.refresh(my_phone.access_token, my_phone.refresh_token)
        phone, here = accounts.sessions_of(me)
        assert (phone.device, phone.address) == ("Firefox on Linux", "192.0.2.7")
        assert (here.id, here.device, here.address) == (me.session_id, "Unknown device", "")
        assert phone.last_used_at - here.last_used_at == timedelta(hours=2)
        assert here.expires_at - here.created_at == timedelta(days=7)

    def test_those_that_ended_and_other_peoples_are_not_among_them(self, service, accounts, me, my_phone, somebody, clock):
        service.end_session_of(my_phone.access_token)
        assert [session.id for session in accounts.sessions_of(me)] == [me.session_id]
        clock.move(days=1)
        assert accounts.sessions_of(me) == []

    def test_one_can_be_ended(self, service, accounts, me, pair, my_phone):
        phone_id = service.verify_access(my_phone.access_token).session_id
        accounts.end_session(me, phone_id)
        with pytest.raises(SessionRevoked) as revoked:
            service.verify_access(my_phone.access_token)
        assert revoked.value.reason == "session_revoked"
        assert stands(service, pair)

    def test_somebody_elses_is_not_found_and_untouched(self, service, accounts, me, somebody):
        before = everything(service.database)
        with pytest.raises(NotFound):
            accounts.end_session(me, somebody.session_id)
        with pytest.raises(NotFound):
            accounts.end_session(me, uuid4())
        assert everything(service.database) == before

    def test_one_that_has_ended_is_not_found(self, service, accounts, me, my_phone):
        phone_id = service.end_session_of(my_phone.access_token)
        with pytest.raises(NotFound):
            accounts.end_session(me, phone_id)

    def test_all_others_can_be_ended_and_their_ids_are_returned(self, service, accounts, me, pair, my_phone, somebody):
        tablet = service.log_in("johndoe", PASSWORD)
        others = [service.verify_access(each.access_token).session_id for each in (my_phone, tablet)]
        assert sorted(accounts.end_other_sessions(me)) == sorted(others)
        assert accounts.end_other_sessions(me) == []
        assert [bool(stands(service, each)) for each in (pair, my_phone, tablet)] == [True, False, False]
        assert len(accounts.sessions_of(somebody)) == 1

    def test_one_past_its_lifetime_has_ended_already(self, service, accounts, me, my_phone, clock):
        clock.move(days=7)
        today = service.verify_access(service.log_in("johndoe", PASSWORD).access_token)
        assert accounts.end_other_sessions(today) == []
        assert "session_revoked" not in [event.kind for event in accounts.events_of(today, limit=9)]


class TestEvents:
    def test_people_see_their_own_the_newest_first_and_nobody_elses(self, service, accounts, me, somebody, my_phone):
        assert [event.kind for event in accounts.events_of(me, limit=9)] == ["login", "login", "user_created"]
        assert [event.address for event in accounts.events_of(me, limit=1)] == ["192.0.2.7"]
        assert [event.kind for event in accounts.events_of(me, limit=9, offset=2)] == ["user_created"]
        assert [event.kind for event in accounts.events_of(somebody, limit=9)] == ["login", "user_created"]
