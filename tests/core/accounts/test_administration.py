"""What administrators do with everyone's accounts, and what none of them can do."""

from uuid import uuid4

import hypothesis.strategies as st
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from rxapp.auth import (
    AuthError,
    AuthService,
    AuthTable,
    InvalidCredentials,
    InvalidUserName,
    LastAdministrator,
    NotFound,
    SessionRevoked,
    User,
    UserNameTaken,
)
from rxapp.auth.core.accounts.actor import OPERATOR, Actor
from rxapp.auth.core.accounts.user_list import UserOrder
from rxapp.auth.core.audit.events import EventFilter, EventKind
from rxapp.auth.core.identity.role_names import InvalidRole
from rxapp.auth.features.new_password.rules import log_in_by_link
from tests.clock import MovableClock
from tests.conftest import PASSWORD

GOOD = "plumb orbit cadet vixen"


@pytest.fixture
def administration(service):
    return service.administration


@pytest.fixture
def admin(service):
    return service.create_user("ada", PASSWORD, roles=["Admin"])


def everything(database):
    """All rows of all tables."""
    with database.connect() as db:
        return {name: db.execute(table.select()).all() for name, table in AuthTable.metadata.tables.items()}


def names(found):
    return [user.user_name for user in found[1]]


class TestFindUsers:
    @pytest.fixture
    def people(self, administration):
        for user_name, display_name in [
            ("anna", "Anna Karenina"),
            ("Bjørn", "Bjørn Straße"),
            ("ЧЕХОВ", "Антон Павлович"),
            ("100%", "All of it"),
            ("under_score", "Snake"),
            ("back\\slash", "C:\\temp"),
            ("o'hara", "'; DROP TABLE users; --"),
        ]:
            administration.create_user(user_name, display_name, [])

    def test_the_text_is_searched_in_both_names_as_it_is_in_any_letter_case(self, administration, people):
        for search, found in [
            ("anna", ["anna"]),
            ("KAREN", ["anna"]),
            ("ａｎｎａ", ["anna"]),
            ("bjø", ["Bjørn"]),
            ("BJØ", ["Bjørn"]),
            ("strasse", ["Bjørn"]),
            ("STRASSE", ["Bjørn"]),
            ("чех", ["ЧЕХОВ"]),
            ("ПАВЛОВИЧ", ["ЧЕХОВ"]),
            ("  anna  ", ["anna"]),
            ("%", ["100%"]),
            ("_", ["under_score"]),
            ("r_s", ["under_score"]),
            ("n%a", []),
            ("an_a", []),
            ("\\", ["back\\slash"]),
            ("c:\\TEMP", ["back\\slash"]),
            ("\\%", []),
            ("/", []),
            ("'", ["o'hara"]),
            ("drop table", ["o'hara"]),
            ("nobody", []),
        ]:
            assert names(administration.find_users(search, limit=9)) == found, search

    def test_a_text_that_no_name_can_have_finds_nothing_and_is_no_database_error(self, administration, people):
        for search in ("\0", "an\0na", "\ud800", "anna\nanna", "x" * 60_000, "%" * 60_000):
            assert administration.find_users(search, limit=9) == (0, [])
            assert administration.find_user(search) is None

    def test_a_part_of_a_name_that_unfolds_to_many_characters_is_found(self, administration):
        administration.create_user("sallallahou", "\ufdfa" * 7, [])
        assert names(administration.find_users("\ufdfa", limit=9)) == ["sallallahou"]

    def test_pages_are_in_the_order_of_the_names_and_count_all_that_match(self, administration):
        for n in range(7):
            administration.create_user(f"user{6 - n}", "", [])
        administration.create_user("other", "", [])
        pages = [administration.find_users("user", limit=3, offset=offset) for offset in (0, 3, 6, 9)]
        assert [total for total, _ in pages] == [7] * 4
        assert [names(page) for page in pages] == [["user0", "user1", "user2"], ["user3", "user4", "user5"], ["user6"], []]
        assert administration.find_users(limit=2)[0] == 8

    def test_it_can_be_sorted_by_when_users_came_and_were_last_seen_in_both_directions(self, service, administration, clock):
        for name in ("carol", "anna", "bob", "dora"):
            administration.create_user_with_password(name, "", [], GOOD)
            clock.move(minutes=1)
        for name in ("bob", "anna"):
            service.log_in(name, GOOD)
            clock.move(minutes=1)

        def found(order, *, is_descending):
            return names(administration.find_users(limit=9, order=order, is_descending=is_descending))

        assert found(UserOrder.NAME, is_descending=True) == ["dora", "carol", "bob", "anna"]
        assert found(UserOrder.CREATED, is_descending=False) == ["carol", "anna", "bob", "dora"]
        assert found(UserOrder.CREATED, is_descending=True) == ["dora", "bob", "anna", "carol"]
        assert found(UserOrder.LAST_SEEN, is_descending=True) == ["anna", "bob", "carol", "dora"]
        assert found(UserOrder.LAST_SEEN, is_descending=False) == ["bob", "anna", "carol", "dora"]
        pages = [administration.find_users(limit=2, offset=offset, order=UserOrder.LAST_SEEN) for offset in (0, 2)]
        assert [names(page) for page in pages] == [["bob", "anna"], ["carol", "dora"]]

    def test_a_user_was_last_seen_when_the_latest_of_their_sessions_was_used_also_one_that_has_ended(
        self, service, administration, johndoe, admin, clock
    ):
        service.log_in("johndoe", PASSWORD)
        clock.move(minutes=5)
        last = service.log_in("johndoe", PASSWORD)
        seen_at = clock()
        clock.move(minutes=5)
        service.end_session_of(last.access_token)
        assert administration.last_seen([johndoe.id, admin.id, uuid4()]) == {johndoe.id: seen_at}
        assert administration.last_seen([]) == {}

    @hypothesis_settings(max_examples=40)
    @given(st.text(min_size=1, max_size=4), st.data())
    def test_every_part_of_a_name_finds_it(self, settings, sqlite_database, part, data):
        service = AuthService(settings, sqlite_database, MovableClock())
        name = f"{uuid4().hex[:12]}{part}x"
        try:
            user, _ = service.administration.create_user(name, "", [])
        except InvalidUserName:
            return
        start = data.draw(st.integers(0, len(name) - 1))
        search = user.user_name_key[start : data.draw(st.integers(start + 1, start + 20))]
        assert user.id in {found.id for found in service.administration.find_users(search, limit=10_000)[1]}


class TestOneUser:
    def test_by_id_and_by_name(self, administration, johndoe):
        assert administration.get_user(johndoe.id).user_name == "johndoe"
        assert administration.find_user(" JohnDoe ").id == johndoe.id
        assert administration.find_user("nobody") is None
        with pytest.raises(NotFound):
            administration.get_user(uuid4())


class TestCreateUser:
    def test_the_person_sets_the_password_by_the_link(self, service, administration):
        user, token = administration.create_user(" Anna ", "", ["Manager"])
        assert (user.user_name, user.display_name, user.roles) == ("Anna", "Anna", ["Manager"])
        assert log_in_by_link(service, token, GOOD).ended == {}
        assert service.verify_access(service.log_in("anna", GOOD).access_token).roles == {"Manager"}

    def test_a_taken_name_an_invalid_name_and_an_invalid_role_are_refused_and_nothing_is_stored(
        self, service, administration, johndoe
    ):
        before = everything(service.database)
        for arguments, error in [
            (("JOHNDOE", "", []), UserNameTaken),
            (("", "", []), InvalidUserName),
            (("anna", "", ['a"b']), InvalidRole),
        ]:
            with pytest.raises(error):
                administration.create_user(*arguments)
        assert everything(service.database) == before

    def test_administrators_make_accounts_although_registration_is_closed(self, database, settings, clock):
        closed = AuthService(settings.model_copy(update={"registration": False}), database, clock)
        assert closed.administration.create_user("anna", "", [])


class TestRoles:
    def test_they_hold_at_once_in_every_open_session(self, service, administration, johndoe, pair):
        administration.set_roles(johndoe.id, ["Auditor", "Manager"])
        assert service.verify_access(pair.access_token).roles == {"Auditor", "Manager"}
        administration.set_roles(johndoe.id, [])
        assert service.verify_access(pair.access_token).roles == frozenset()

    def test_each_is_stored_once_and_in_order(self, administration, johndoe):
        roles = [" Manager", "Auditor", "", "Manager ", "  "]
        assert administration.set_roles(johndoe.id, roles).roles == ["Auditor", "Manager"]
        assert administration.get_user(johndoe.id).roles == ["Auditor", "Manager"]

    def test_what_is_not_the_name_of_a_role_is_refused_and_nothing_changes(self, service, administration, johndoe):
        before = everything(service.database)
        for role in ("x" * 65, "a,b", 'a"b', '"Admin"', "a\\b", "a\nb", "a\0b", "\ud800", "a\u202eb"):
            with pytest.raises(InvalidRole):
                administration.set_roles(johndoe.id, ["Manager", role])
        assert everything(service.database) == before

    def test_any_other_is_allowed(self, service, administration, johndoe, pair):
        for role in ("x" * 64, "Größe", "Продажи", "a b", "%", "'"):
            administration.set_roles(johndoe.id, [role])
            assert service.verify_access(pair.access_token).roles == {role}

    def test_of_a_user_who_does_not_exist_cannot_be_set(self, administration):
        for roles in ([], ["Admin"]):
            with pytest.raises(NotFound):
                administration.set_roles(uuid4(), roles)


class TestDisable:
    def test_it_ends_the_sessions_and_returns_their_ids_and_refuses_login_and_refresh(
        self, service, administration, johndoe, pair
    ):
        other = service.log_in("johndoe", PASSWORD)
        held = [service.verify_access(each.access_token).session_id for each in (pair, other)]
        assert sorted(administration.disable(johndoe.id)) == sorted(held)
        for each in (pair, other):
            with pytest.raises(SessionRevoked) as revoked:
                service.verify_access(each.access_token)
            assert revoked.value.reason == "user_disabled"
            with pytest.raises(SessionRevoked):
                service.refresh(each.access_token, each.refresh_token)
        with pytest.raises(InvalidCredentials):
            service.log_in("johndoe", PASSWORD)

    def test_enabling_lets_the_person_log_in_but_brings_no_session_back(self, service, administration, johndoe, pair):
        administration.disable(johndoe.id)
        administration.enable(johndoe.id)
        assert service.log_in("johndoe", PASSWORD)
        with pytest.raises(SessionRevoked):
            service.refresh(pair.access_token, pair.refresh_token)

    def test_disabling_again_keeps_the_first_time(self, administration, johndoe, clock):
        first = clock()
        administration.disable(johndoe.id)
        clock.move(days=1)
        assert administration.disable(johndoe.id) == []
        assert administration.get_user(johndoe.id).disabled_at == first

    def test_of_a_user_who_does_not_exist_is_not_found(self, administration):
        with pytest.raises(NotFound):
            administration.disable(uuid4())
        with pytest.raises(NotFound):
            administration.enable(uuid4())


class TestRename:
    def test_the_name_that_others_see_changes_and_can_be_searched(self, administration, johndoe, admin):
        assert administration.rename(johndoe.id, " John the Second ", Actor(admin.id)).display_name == "John the Second"
        assert names(administration.find_users("second", limit=9)) == ["johndoe"]
        (event,) = administration.events(EventFilter(kind=EventKind.USER_RENAMED), limit=9)[1]
        assert (event.user_name, event.actor_name) == ("johndoe", "ada")

    def test_a_name_that_is_none_is_refused_and_nothing_changes(self, service, administration, johndoe):
        before = everything(service.database)
        for name in ("x" * 129, "a\0b", "a\nb"):
            with pytest.raises(InvalidUserName):
                administration.rename(johndoe.id, name)
        with pytest.raises(NotFound):
            administration.rename(uuid4(), "Nobody")
        assert everything(service.database) == before


class TestDelete:
    def test_the_user_is_gone_with_their_sessions_and_the_log_stays(self, service, administration, johndoe, admin, pair):
        (session,) = administration.sessions_of(johndoe.id)
        assert administration.delete(johndoe.id, Actor(admin.id)) == [session.id]
        with pytest.raises(AuthError):
            service.verify_access(pair.access_token)
        with pytest.raises(AuthError):
            service.refresh(pair.access_token, pair.refresh_token)
        with pytest.raises(InvalidCredentials):
            service.log_in("johndoe", PASSWORD)
        assert names(administration.find_users(limit=9)) == ["ada"]
        (event,) = administration.events(EventFilter(kind=EventKind.USER_DELETED), limit=9)[1]
        assert (event.user_id, event.user_name, event.actor_name) == (johndoe.id, None, "ada")
        assert administration.create_user("johndoe", "", [])

    def test_of_a_user_who_does_not_exist_is_not_found(self, administration):
        with pytest.raises(NotFound):
            administration.delete(uuid4())


class TestTheLastAdministrator:
    @pytest.fixture(
        params=[
            lambda service, user: service.administration.set_roles(user.id, ["Manager"]),
            lambda service, user: service.administration.set_roles(user.id, []),
            lambda service, user: service.administration.disable(user.id),
            lambda service, user: service.accounts.delete(signed_in(service, user), PASSWORD),
            lambda service, user: service.administration.delete(user.id),
        ],
        ids=["other roles", "no roles", "disable", "delete", "deleted by an administrator"],
    )
    def remove(self, request, service):
        return lambda user: request.param(service, user)

    def test_cannot_be_removed(self, service, administration, admin, johndoe, remove):
        with pytest.raises(LastAdministrator):
            remove(admin)
        assert administration.get_user(admin.id).roles == ["Admin"]
        assert signed_in(service, admin).has_role("Admin")

    def test_a_disabled_second_one_does_not_count(self, service, administration, admin, remove):
        second = service.create_user("bob", PASSWORD, roles=["Admin"])
        administration.disable(second.id)
        with pytest.raises(LastAdministrator):
            remove(admin)

    def test_a_role_that_is_like_it_does_not_count(self, service, admin, remove):
        for role in ("admin", "Administrator", "XAdmin", "Admin2", "%", "A%n"):
            service.create_user(f"bob, {role}", PASSWORD, roles=[role])
        with pytest.raises(LastAdministrator):
            remove(admin)

    def test_may_be_removed_while_there_is_another(self, service, administration, admin, remove):
        administration.set_roles(service.create_user("bob", PASSWORD).id, ["Zookeeper", "Admin"])
        remove(admin)

    def test_can_get_more_roles(self, administration, admin):
        assert administration.set_roles(admin.id, ["Admin", "Manager"]).roles == ["Admin", "Manager"]

    def test_is_not_one_who_was_disabled_by_hand(self, service, administration, admin, clock):
        with service.database.write() as db:
            db.get_one(User, admin.id).disabled_at = clock()
        administration.set_roles(admin.id, [])

    def test_does_not_keep_others_from_being_removed(self, service, administration, admin, johndoe):
        administration.set_roles(johndoe.id, [])
        administration.disable(johndoe.id)
        second = service.create_user("bob", PASSWORD, roles=["Admin"])
        administration.disable(second.id)
        administration.set_roles(second.id, [])


def signed_in(service, user):
    return service.verify_access(service.log_in(user.user_name, PASSWORD).access_token)


class TestSessions:
    def test_active_ones_are_counted_for_each_user(self, service, administration, admin, johndoe, pair, clock):
        gone = service.log_in("johndoe", PASSWORD)
        service.end_session_of(gone.access_token)
        service.log_in("johndoe", PASSWORD)
        assert administration.count_sessions([johndoe.id, admin.id, uuid4()]) == {johndoe.id: 2}
        assert administration.count_sessions([]) == {}
        clock.move(days=1)
        assert administration.count_sessions([johndoe.id]) == {}

    def test_all_of_a_user_can_be_ended_and_their_ids_are_returned(self, service, administration, johndoe, pair, admin):
        mine = signed_in(service, admin)
        (session,) = administration.sessions_of(johndoe.id)
        assert administration.end_sessions(johndoe.id, Actor(admin.id)) == [session.id]
        assert administration.end_sessions(johndoe.id, Actor(admin.id)) == []
        with pytest.raises(SessionRevoked) as revoked:
            service.verify_access(pair.access_token)
        assert revoked.value.reason == "ended_by_administrator"
        assert [session.id for session in administration.sessions_of(admin.id)] == [mine.session_id]

    def test_one_can_be_ended_once(self, service, administration, johndoe, pair):
        other = service.log_in("johndoe", PASSWORD)
        session_id = service.verify_access(other.access_token).session_id
        assert administration.end_session(session_id) is True
        assert administration.end_session(session_id) is False
        assert administration.end_session(uuid4()) is False
        assert service.verify_access(pair.access_token)


class TestEvents:
    def test_they_are_counted_and_paged_with_the_names_of_user_and_actor(self, administration, admin, johndoe):
        for roles in (["a"], ["b"], ["c"]):
            administration.set_roles(johndoe.id, roles, Actor(admin.id))
        wanted = EventFilter(kind=EventKind.ROLES_CHANGED)
        total, page = administration.events(wanted, limit=2)
        assert total == 3
        assert [event.detail for event in page] == ["b → c", "a → b"]
        assert {(event.user_name, event.actor_name) for event in page} == {("johndoe", "ada")}
        assert [event.detail for event in administration.events(wanted, limit=2, offset=2)[1]] == ["Manager → a"]

    def test_the_operator_has_no_name(self, administration, johndoe):
        administration.set_roles(johndoe.id, [], OPERATOR)
        (event,) = administration.events(EventFilter(kind=EventKind.ROLES_CHANGED), limit=9)[1]
        assert (event.actor_id, event.actor_name, event.detail) == (None, None, "Manager → none")
