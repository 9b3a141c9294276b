"""The audit log: whatever changes something is written down with it or not done, and no secret is written anywhere."""

from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rxapp.auth import (
    AuthError,
    AuthTable,
    Client,
    InvalidCredentials,
    InvalidToken,
    LastAdministrator,
    SessionIdle,
    SessionRevoked,
    TokenReused,
    TooManyRequests,
    WrongCode,
    WrongPassword,
)
from rxapp.auth.core.accounts.actor import Actor
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventFilter, EventKind
from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.core.login.trusted_devices import TRUST_DEVICE
from rxapp.auth.core.maintenance.key_rotation import rotate
from rxapp.auth.features.new_password.rules import log_in_by_link
from rxapp.auth.features.totp.rules import devices
from rxapp.auth.features.totp.rules.codes import new_secret
from tests.conftest import PASSWORD
from tests.one_time_codes import begin, code_at

GOOD = "plumb orbit cadet vixen"
HERE = Client("192.0.2.7", "curl/8.5.0")
THERE = Client("2001:db8::9", "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0")


def all_events(service):
    with service.database.connect() as db:
        return list(events.oldest_first(db, EventFilter()))


@contextmanager
def whats_new(service):
    """The events that are written in the block, as a list that is filled at its end."""
    with service.database.connect() as db:
        before, new = events.newest_id(db), []
    yield new
    with service.database.connect() as db:
        new += events.oldest_first(db, EventFilter(), after_id=before)


@pytest.fixture
def admin(service):
    return service.create_user("ada", PASSWORD, roles=["Admin"])


@pytest.fixture
def me(service, pair):
    return service.verify_access(pair.access_token)


def facts(event):
    return event.kind, event.user_id, event.actor_id, event.session_id, event.detail


class TestWhatIsWritten:
    def test_a_login(self, service, johndoe):
        with whats_new(service) as new:
            pair = service.log_in("johndoe", PASSWORD, HERE)
        session_id = service.verify_access(pair.access_token).session_id
        assert [facts(event) for event in new] == [("login", johndoe.id, None, session_id, "")]

    def test_a_failed_login_of_somebody_who_exists(self, service, johndoe):
        with whats_new(service) as new, pytest.raises(InvalidCredentials):
            service.log_in("johndoe", "wrong", HERE)
        assert [facts(event) for event in new] == [("login_failed", johndoe.id, None, None, "")]

    def test_a_failed_login_of_nobody_does_not_say_what_was_typed(self, service):
        """People sometimes type their password where the name belongs."""
        with whats_new(service) as new, pytest.raises(InvalidCredentials):
            service.log_in("my secret password", "wrong", HERE)
        assert [facts(event) for event in new] == [("login_failed", None, None, None, "")]
        assert "my secret password" not in str(everything(service.database))

    def test_the_address_and_the_user_agent_are_those_of_the_request(self, service, pair, johndoe, me, admin, clock):
        clock.move(hours=1)
        with whats_new(service) as new:
            accounts, administration, actor = service.accounts, service.administration, Actor(admin.id, HERE)
            accounts.register("anna", "", GOOD, HERE)
            accounts.rename(me, "John", HERE)
            me = service.verify_access(service.confirmation.confirm(me, "pwd", PASSWORD, HERE).pair.access_token)
            other = service.log_in("johndoe", PASSWORD, HERE)
            accounts.end_session(me, service.verify_access(other.access_token).session_id, HERE)
            service.log_in("johndoe", PASSWORD, HERE)
            accounts.end_other_sessions(me, HERE)
            service.log_in("johndoe", PASSWORD, HERE)
            me = service.verify_access(accounts.change_password(me, PASSWORD, GOOD, HERE).pair.access_token)
            log_in_by_link(service, administration.issue_password_link(johndoe.id, actor), f"{GOOD} 2", HERE)
            administration.create_user("bob", "", [], actor)
            administration.set_roles(johndoe.id, [], actor)
            service.log_in("johndoe", f"{GOOD} 2", HERE)
            administration.disable(johndoe.id, actor)
            administration.enable(johndoe.id, actor)
            for refused in (
                lambda: service.log_in("johndoe", "wrong", HERE),
                lambda: service.confirmation.confirm(me, "pwd", "wrong", HERE),
                lambda: service.refresh("x", "y", HERE),
            ):
                with pytest.raises(AuthError):
                    refused()
            service.end_session_of(service.log_in("johndoe", f"{GOOD} 2", HERE).access_token, HERE)
            accounts.delete(me, f"{GOOD} 2", HERE)
        assert len(new) == 31
        assert {(event.address, event.user_agent) for event in new} == {(HERE.address, HERE.user_agent)}
        assert {event.occurred_at for event in new} == {clock()}

    def test_a_refused_refresh_with_the_reason(self, service, pair, johndoe, me, clock):
        with whats_new(service) as new:
            with pytest.raises(InvalidToken):
                service.refresh(pair.access_token, "rxr1_forged")
            clock.move(days=1)
            with pytest.raises(SessionIdle):
                service.refresh(pair.access_token, pair.refresh_token)
            service.end_session_of(pair.access_token)
            with pytest.raises(SessionRevoked):
                service.refresh(pair.access_token, pair.refresh_token)
        assert [facts(event) for event in new] == [
            ("refresh_refused", None, None, None, "invalid_token"),
            ("refresh_refused", johndoe.id, None, me.session_id, "session_idle"),
            ("session_revoked", johndoe.id, None, me.session_id, "signed_out"),
            ("refresh_refused", johndoe.id, None, me.session_id, "signed_out"),
        ]

    def test_a_reuse_once_and_not_as_a_refusal_too(self, service, pair, johndoe, me):
        service.refresh(*vars_of(service.refresh(*vars_of(pair))))
        with whats_new(service) as new:
            with pytest.raises(TokenReused):
                service.refresh(*vars_of(pair), HERE)
        assert [facts(event) for event in new] == [("token_reused", johndoe.id, None, me.session_id, "token_reused")]
        assert new[0].address == HERE.address

    def test_that_a_session_ended_once_however_often_it_is_ended(self, service, pair, johndoe, me):
        with whats_new(service) as new:
            service.end_session_of(pair.access_token)
            service.end_session_of(pair.access_token)
            service.revoke(me.session_id)
        assert [facts(event) for event in new] == [("session_revoked", johndoe.id, None, me.session_id, "signed_out")]

    def test_what_people_do_with_their_own_account_names_no_actor(self, service, pair, johndoe, me):
        with whats_new(service) as new:
            service.accounts.rename(me, "John")
            with pytest.raises(WrongPassword):
                service.confirmation.confirm(me, "pwd", "wrong")
            confirmed = service.verify_access(service.confirmation.confirm(me, "pwd", PASSWORD).pair.access_token)
            changed = service.verify_access(service.accounts.change_password(confirmed, PASSWORD, GOOD).pair.access_token)
        sessions = [me.session_id] * 4 + [confirmed.session_id] * 3 + [changed.session_id]
        kinds = ["user_renamed", "password_confirmation_failed", "password_confirmed", "session_revoked", "session_replaced"]
        kinds += ["password_changed", "session_revoked", "session_replaced"]
        assert [(event.kind, event.session_id) for event in new] == list(zip(kinds, sessions, strict=True))
        assert {(event.user_id, event.actor_id) for event in new} == {(johndoe.id, None)}

    def test_a_password_change_with_each_session_that_it_ends(self, service, johndoe, me):
        phone = service.verify_access(service.log_in("johndoe", PASSWORD).access_token)
        with whats_new(service) as new:
            changed = service.verify_access(service.accounts.change_password(me, PASSWORD, GOOD).pair.access_token)
        assert [facts(event) for event in (new[0], new[-1])] == [
            ("password_changed", johndoe.id, None, me.session_id, ""),
            ("session_replaced", johndoe.id, None, changed.session_id, str(me.session_id)),
        ]
        assert {facts(event) for event in new[1:-1]} == {
            ("session_revoked", johndoe.id, None, ended.session_id, "password_changed") for ended in (me, phone)
        }

    def test_a_deletion_and_it_stays_known_when_the_user_is_gone(self, service, johndoe, me):
        with whats_new(service) as new:
            service.accounts.delete(me, PASSWORD)
        assert [facts(event) for event in new] == [
            ("session_revoked", johndoe.id, None, me.session_id, "account_deleted"),
            ("user_deleted", johndoe.id, None, me.session_id, ""),
        ]
        assert {event.user_name for event in new} == {None}

    def test_what_administrators_do_with_whom_and_by_whom(self, service, pair, johndoe, me, admin):
        actor = Actor(admin.id)
        with whats_new(service) as new:
            anna, token = service.administration.create_user("anna", "", ["b", "a"], actor)
            service.administration.issue_password_link(johndoe.id, actor)
            service.administration.set_roles(johndoe.id, ["Auditor"], actor)
            service.administration.disable(johndoe.id, actor)
            service.administration.enable(johndoe.id, actor)
            pair = log_in_by_link(service, token, GOOD).pair
        by_admin = johndoe.id, admin.id, None
        assert [facts(event) for event in new] == [
            ("user_created", anna.id, admin.id, None, "a, b"),
            ("password_link_issued", *by_admin, ""),
            ("roles_changed", *by_admin, "Manager → Auditor"),
            ("user_disabled", *by_admin, ""),
            ("session_revoked", johndoe.id, admin.id, me.session_id, "user_disabled"),
            ("user_enabled", *by_admin, ""),
            ("password_set", anna.id, None, None, ""),
            ("login", anna.id, None, service.verify_access(pair.access_token).session_id, ""),
        ]

    def test_who_ended_somebodys_sessions(self, service, johndoe, me, admin):
        phone = service.verify_access(service.log_in("johndoe", PASSWORD).access_token)
        with whats_new(service) as new:
            service.administration.end_session(phone.session_id, Actor(admin.id))
            service.administration.end_sessions(johndoe.id, Actor(admin.id))
        assert [facts(event) for event in new] == [
            ("session_revoked", johndoe.id, admin.id, phone.session_id, "ended_by_administrator"),
            ("session_revoked", johndoe.id, admin.id, me.session_id, "ended_by_administrator"),
        ]

    def test_administrators_who_act_on_themselves_are_not_named_twice(self, service, admin):
        with whats_new(service) as new:
            service.administration.set_roles(admin.id, ["Admin", "Manager"], Actor(admin.id))
        assert [facts(event) for event in new] == [("roles_changed", admin.id, None, None, "Admin → Admin, Manager")]

    def test_a_detail_that_is_too_long_is_shortened(self, service, johndoe):
        roles = [letter * 64 for letter in "abcdef"]
        with whats_new(service) as new:
            service.administration.set_roles(johndoe.id, roles)
        assert new[0].detail == f"Manager → {', '.join(roles)}"[:256]

    def test_what_is_refused_and_changes_nothing_is_not_written_as_done(self, service, admin, johndoe):
        with whats_new(service) as new:
            with pytest.raises(LastAdministrator):
                service.administration.disable(admin.id, Actor(johndoe.id))
            with pytest.raises(InvalidToken):
                log_in_by_link(service, "rxp1_forged", GOOD)
        assert new == []


def vars_of(pair):
    return pair.access_token, pair.refresh_token


def everything(database):
    """All rows of all tables."""
    with database.connect() as db:
        return {name: db.execute(table.select()).all() for name, table in AuthTable.metadata.tables.items()}


@contextmanager
def failing(database, operation, table, when="1 = 1"):
    """A database that fails whenever such a row of the table is to be written: by a trigger, a real one."""
    if database.engine.dialect.name == "sqlite":
        create = [
            f"CREATE TRIGGER failing BEFORE {operation} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, 'no room left'); END"
        ]
        drop = ["DROP TRIGGER failing"]
    else:
        create = [
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room left'; END $$",
            f"CREATE TRIGGER failing BEFORE {operation} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION fail()",
        ]
        drop = [f"DROP TRIGGER failing ON {table}", "DROP FUNCTION fail"]
    run(database, create)
    try:
        yield
    finally:
        run(database, drop)


def run(database, statements):
    with database.transaction() as db:
        for statement in statements:
            db.execute(text(statement))


class Scene:
    """What the operations below act on."""

    def __init__(self, service) -> None:
        self.service, self.accounts, self.administration = service, service.accounts, service.administration
        self.admin = service.create_user("ada", PASSWORD, roles=["Admin"])
        self.john = service.create_user("johndoe", PASSWORD, roles=["Manager"])
        self.pair, self.phone = (service.log_in("johndoe", PASSWORD) for _ in range(2))
        self.me, self.there = (service.verify_access(each.access_token) for each in (self.pair, self.phone))
        self.link = self.administration.issue_password_link(self.john.id)
        self.spent = service.log_in("johndoe", PASSWORD)
        service.refresh(*vars_of(service.refresh(*vars_of(self.spent))))


OPERATIONS = {
    "log in": lambda at: at.service.log_in("johndoe", PASSWORD),
    "create a user with a password": lambda at: at.service.create_user("anna", PASSWORD),
    "revoke": lambda at: at.service.revoke(at.there.session_id),
    "log out": lambda at: at.service.end_session_of(at.phone.access_token),
    "detect reuse": lambda at: at.service.refresh(*vars_of(at.spent)),
    "register": lambda at: at.accounts.register("anna", "", GOOD),
    "rename": lambda at: at.accounts.rename(at.me, "John"),
    "confirm the password": lambda at: at.service.confirmation.confirm(at.me, "pwd", PASSWORD),
    "change the password": lambda at: at.accounts.change_password(at.me, PASSWORD, GOOD),
    "set the password": lambda at: log_in_by_link(at.service, at.link, GOOD),
    "delete": lambda at: at.accounts.delete(at.me, PASSWORD),
    "end a session": lambda at: at.accounts.end_session(at.me, at.there.session_id),
    "end other sessions": lambda at: at.accounts.end_other_sessions(at.me),
    "create a user": lambda at: at.administration.create_user("anna", "", []),
    "set roles": lambda at: at.administration.set_roles(at.john.id, []),
    "disable": lambda at: at.administration.disable(at.john.id),
    "end a session of somebody": lambda at: at.administration.end_session(at.there.session_id),
    "end sessions of somebody": lambda at: at.administration.end_sessions(at.john.id),
}

LAST_WRITES = {
    "log in": ("INSERT", "auth_session"),
    "change the password": ("UPDATE", "auth_session"),
    "set the password": ("UPDATE", "auth_session"),
    "delete": ("DELETE", "auth_user"),
    "disable": ("UPDATE", "auth_session"),
    "rename": ("UPDATE", "auth_user"),
    "set roles": ("UPDATE", "auth_user"),
}


class TestOneTransaction:
    @pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
    def test_what_cannot_be_written_down_is_not_done(self, service, clock, operation):
        scene = Scene(service)
        clock.move(minutes=1)
        before = everything(service.database)
        with failing(service.database, "INSERT", "auth_security_event"), pytest.raises(DBAPIError, match="no room left"):
            operation(scene)
        assert everything(service.database) == before
        with suppress(TokenReused):
            operation(scene)
        assert len(all_events(service)) > len(before["auth_security_event"]), "with room again it is done and written down"

    @pytest.mark.parametrize(("name", "write"), LAST_WRITES.items(), ids=LAST_WRITES)
    def test_what_cannot_be_done_is_not_written_down(self, service, clock, name, write):
        scene = Scene(service)
        clock.move(minutes=1)
        before = everything(service.database)
        with failing(service.database, *write), pytest.raises(DBAPIError, match="no room left"):
            OPERATIONS[name](scene)
        assert everything(service.database) == before

    def test_half_of_the_sessions_is_never_ended(self, service):
        scene = Scene(service)
        before = everything(service.database)
        one_of_them = f"NEW.session_id = '{scene.there.session_id.hex}'"
        failing_insert = failing(service.database, "INSERT", "auth_security_event", one_of_them)
        with failing_insert, pytest.raises(DBAPIError, match="no room left"):
            scene.administration.end_sessions(scene.john.id)
        assert everything(service.database) == before


def test_a_busy_day_writes_every_kind_of_event_and_no_secret_anywhere(service, clock, admin, johndoe):
    """Everything that happens, and then no table holds a password, a token, a link, or a part of one that could be used."""
    accounts, administration, actor = service.accounts, service.administration, Actor(admin.id, HERE)
    secrets = [PASSWORD, "my secret password"]

    def choose(password):
        secrets.append(password)
        return password

    def held(pair):
        secrets.extend(vars_of(pair))
        secrets.extend([pair.refresh_token.removeprefix("rxr1_"), pair.access_token.rsplit(".", 1)[1]])
        return pair

    def link(token):
        secrets.extend([token, token.removeprefix("rxp1_")])
        return token

    bound = held(service.log_in("johndoe", PASSWORD, replace(THERE, device_key=ProvedKey("d" * 43))))
    pair = held(service.log_in("johndoe", PASSWORD, HERE))
    me = service.verify_access(pair.access_token)
    phone = held(service.log_in("johndoe", PASSWORD, THERE))
    successor = held(service.refresh(*vars_of(phone)))
    held(service.refresh(*vars_of(successor)))
    for refused in (
        lambda: service.refresh(*vars_of(phone)),
        lambda: service.refresh(phone.access_token, pair.refresh_token, HERE),
        lambda: service.verify_access(bound.access_token, HERE),
        lambda: service.log_in("my secret password", "johndoe", HERE),
        lambda: service.log_in("johndoe", choose("a wrong password"), HERE),
        lambda: service.confirmation.confirm(me, "pwd", choose("another wrong one"), HERE),
        lambda: accounts.register("eve", "", choose("passwordpassword"), HERE),
    ):
        with pytest.raises(AuthError):
            refused()
    accounts.rename(me, "John", HERE)
    pair = held(service.confirmation.confirm(me, "pwd", PASSWORD, HERE).pair)
    me = service.verify_access(pair.access_token)
    held(service.log_in("johndoe", PASSWORD, HERE))
    pair = held(accounts.change_password(me, PASSWORD, choose(f"{GOOD} 1"), HERE).pair)
    accounts.register("anna", "Anna", choose(f"{GOOD} 2"), HERE)
    bob, token = administration.create_user("bob", "Bob", [], actor)
    log_in_by_link(service, link(token), choose(f"{GOOD} 3"), THERE)
    log_in_by_link(service, link(administration.issue_password_link(bob.id, actor)), choose(f"{GOOD} 4"), THERE)
    administration.set_roles(bob.id, ["Manager"], actor)
    administration.disable(bob.id, actor)
    administration.enable(bob.id, actor)
    service.record(EventKind.PERMISSION_DENIED, user_id=me.user_id, session_id=me.session_id, client=HERE, detail="/customers")
    service.failures.record(EventKind.UPLOAD_REFUSED, client=HERE, detail="take_files")
    me = service.verify_access(held(service.log_in("johndoe", f"{GOOD} 1", HERE)).access_token)
    shared = new_secret()
    secrets += [shared, *devices.add(service, me, shared, HERE, code=code_at(shared, clock()), name="Phone")]
    clock.move(minutes=1)
    for code in ("000000", code_at(shared, clock())):
        with suppress(WrongCode):
            held(service.confirmation.confirm_second_factor(me, "otp", code, HERE).pair)
    clock.move(seconds=61)
    answers = {"method": "otp", "code": code_at(shared, clock()), TRUST_DEVICE: "true"}
    bound = replace(HERE, device_key=ProvedKey("a" * 43))
    held(service.login.go_on(begin(service, password=f"{GOOD} 1", client=bound), answers, bound).pair)
    service.second_factors.reset(me.user_id, actor)
    pair = held(service.log_in("johndoe", f"{GOOD} 1", HERE))
    rotate(service.settings, service.database, clock)
    secrets.append(service.settings.secret_keys[0])
    service.failures.record_throttled(TooManyRequests(timedelta(minutes=1), "login", is_first=True), HERE)
    clock.move(minutes=6)
    with pytest.raises(AuthError):
        service.verify_access(pair.access_token)
    service.end_session_of(pair.access_token, HERE)
    anna = service.verify_access(held(service.log_in("anna", f"{GOOD} 2", THERE)).access_token)
    accounts.delete(anna, f"{GOOD} 2", THERE)

    assert {event.kind for event in all_events(service)} == {*EventKind, "second_factor_added"}
    stored = " ".join(str(row) for rows in everything(service.database).values() for row in rows)
    assert [secret for secret in secrets if secret in stored] == []
    recorded = str(all_events(service))
    assert all(user.password_hash not in recorded for user in administration.find_users(limit=9)[1])


class TestReading:
    @pytest.fixture
    def ten(self, service, clock):
        """Ten events, one a minute: five of one user, and every third of another kind."""
        one, other = uuid4(), uuid4()
        for n in range(10):
            kind = EventKind.LOGIN_FAILED if n % 3 == 0 else EventKind.LOGIN
            service.record(kind, user_id=one if n % 2 else other, detail=str(n))
            clock.move(minutes=1)
        return one

    def read(self, service, wanted=None, **options):
        with service.database.connect() as db:
            wanted = wanted or EventFilter()
            found = [event.detail for event in events.newest(db, wanted, limit=options.pop("limit", 99), **options)]
            assert options or found == [event.detail for event in events.oldest_first(db, wanted)][::-1]
            assert options or events.count(db, wanted) == len(found)
            return "".join(found)

    def test_the_newest_come_first_in_pages(self, service, ten):
        assert self.read(service) == "9876543210"
        assert [self.read(service, limit=4, offset=offset) for offset in (0, 4, 8, 12)] == ["9876", "5432", "10", ""]

    def test_they_are_filtered_by_user_kind_and_time_and_by_all_together(self, service, ten, clock):
        def ago(minutes):
            return clock() - timedelta(minutes=minutes)

        assert self.read(service, EventFilter(user_id=ten)) == "97531"
        assert self.read(service, EventFilter(user_id=uuid4())) == ""
        assert self.read(service, EventFilter(kind=EventKind.LOGIN_FAILED)) == "9630"
        assert self.read(service, EventFilter(kind="nothing of the kind")) == ""
        assert self.read(service, EventFilter(since=ago(3))) == "987"
        assert self.read(service, EventFilter(before=ago(3))) == "6543210"
        assert self.read(service, EventFilter(since=ago(7), before=ago(2))) == "76543"
        assert self.read(service, EventFilter(ten, EventKind.LOGIN, ago(9), ago(1))) == "751"

    @pytest.mark.parametrize("chunk", [1, 3, 5, 10, 11])
    def test_an_export_reads_chunk_after_chunk_and_leaves_none_out(self, service, ten, monkeypatch, chunk):
        monkeypatch.setattr(events, "EXPORT_CHUNK", chunk)
        assert [event.detail for event in all_events(service)] == list("0123456789")
        with service.database.connect() as db:
            evens = events.oldest_first(db, EventFilter(user_id=ten), after_id=events.newest_id(db) - 6)
            assert [event.detail for event in evens] == ["5", "7", "9"]

    def test_an_export_has_what_is_written_while_it_is_read(self, service, ten, monkeypatch):
        monkeypatch.setattr(events, "EXPORT_CHUNK", 4)
        with service.database.connect() as db:
            export = events.oldest_first(db, EventFilter())
            read = [next(export).detail for _ in range(4)]
            service.record(EventKind.LOGIN, detail="10")
            assert read + [event.detail for event in export] == [str(n) for n in range(11)]

    def test_what_is_new_is_told_by_the_ids(self, service, ten):
        with service.database.connect() as db:
            newest = events.newest_id(db)
            assert [event.detail for event in events.since(db, newest - 5)] == ["5", "6", "7", "8", "9"]
            assert events.since(db, newest) == []

    def test_an_id_is_never_given_again(self, service, ten):
        """Or a reader that asks for what is new would miss it."""
        with service.database.transaction() as db:
            newest = events.newest_id(db)
            db.execute(text("DELETE FROM auth_security_event"))
        service.record(EventKind.LOGIN)
        with service.database.connect() as db:
            assert events.newest_id(db) == newest + 1

    def test_before_anything_has_happened_the_newest_id_is_zero(self, service):
        with service.database.connect() as db:
            assert events.newest_id(db) == 0
