"""What people do with their own passkeys: add, rename and remove them; and the last way in stays."""

import json
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from rxapp.auth import (
    InputRefused,
    InvalidCredentials,
    NotFound,
    PasswordRefused,
    SecondFactorRequired,
    SessionRevoked,
    WrongPassword,
)
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.core.login.passkey_errors import LastWayIn, PasskeyKnown, WrongPasskey
from rxapp.auth.features.passkeys.rules import own_passkeys, rows
from rxapp.auth.features.passkeys.rules.own_password import remove_password, set_password
from rxapp.auth.features.passkeys.rules.use import log_in, login_options
from rxapp.auth.features.totp.rules import devices
from rxapp.auth.features.totp.rules.recovery_codes import count_codes
from tests.authenticator import BE, BS, UP, UV, Authenticator, add_passkey
from tests.conftest import PASSWORD
from tests.one_time_codes import begin, enrol

GOOD = "plumb orbit cadet vixen"


@pytest.fixture
def anna(service):
    service.create_user("anna", PASSWORD)
    return service.verify_access(service.log_in("anna", PASSWORD).access_token)


def listed(service, identity):
    return own_passkeys.overview_of(service, identity)[0]


def codes_left(service, identity):
    with service.database.connect() as db:
        return count_codes(db, identity.user_id)


def enter(service, made):
    return service.verify_access(log_in(service, made.get(login_options(service))).pair.access_token)


def removed_at_once(*calls):
    def call(each):
        try:
            each()
        except LastWayIn:
            return False
        return True

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(call, calls))


class TestAdding:
    def test_one_has_the_name_of_its_maker_and_a_number_if_there_are_two(self, service, identity, phone, clock):
        add_passkey(service, identity)
        clock.move(seconds=1)
        add_passkey(service, identity, aaguid="00000000-0000-0000-0000-000000000000", flags=UP | UV | BE | BS)
        found = [(each.name, each.is_backed_up, each.transports) for each in listed(service, identity)]
        assert found == [
            ("Bitwarden", False, "internal hybrid"),
            ("Bitwarden 2", False, "internal hybrid"),
            ("Passkey", True, "internal hybrid"),
        ]

    def test_asks_for_one_that_knows_its_person_and_needs_no_name(self, service, identity, phone):
        options, handle = own_passkeys.begin_adding(service, identity)
        assert (
            options["authenticatorSelection"]["residentKey"]
            == options["authenticatorSelection"]["userVerification"]
            == "required"
        )
        assert [each["id"] for each in options["excludeCredentials"]]
        assert handle == phone.handle
        assert identity.user_id.bytes not in handle
        assert str(identity.user_id) not in json.dumps(options)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"origin": "https://evil.example"},
            {"rp_id": "evil.example"},
            {"flags": UV},
            {"flags": UP},
            {"type": "webauthn.get"},
            {"crossOrigin": True},
            {"challenge": "A" * 54},
        ],
    )
    def test_what_is_wrong_is_refused(self, service, identity, wrong):
        options, handle = own_passkeys.begin_adding(service, identity)
        with pytest.raises(WrongPasskey):
            own_passkeys.add(service, identity, Authenticator().create(options, **wrong), handle=handle, default_name="x")
        assert not listed(service, identity)

    @pytest.mark.parametrize("text", ["", "null", "{}", "[" * 5_000, '{"response": {"clientDataJSON": "e30"}}', "x" * 10_000])
    def test_what_no_browser_sends_is_refused(self, service, identity, text):
        with pytest.raises(WrongPasskey):
            own_passkeys.add(service, identity, text, handle=b"x", default_name="x")

    def test_an_answer_is_good_once_and_in_its_session_only(self, service, identity, anna):
        options, handle = own_passkeys.begin_adding(service, identity)
        answer = Authenticator().create(options)
        with pytest.raises(WrongPasskey):
            own_passkeys.add(service, anna, answer, handle=handle, default_name="x")
        own_passkeys.add(service, identity, answer, handle=handle, default_name="x")
        with pytest.raises(WrongPasskey):
            own_passkeys.add(service, identity, answer, handle=handle, default_name="x")

    def test_one_credential_belongs_to_one_account(self, service, identity, anna, phone):
        options, handle = own_passkeys.begin_adding(service, anna)
        with pytest.raises(PasskeyKnown):
            own_passkeys.add(service, anna, phone.create(options), handle=handle, default_name="x")

    def test_a_first_one_in_two_pages_at_once_does_not_make_two_users_of_one(self, service, identity):
        (first, one), (second, other) = (own_passkeys.begin_adding(service, identity) for _ in range(2))
        own_passkeys.add(service, identity, Authenticator().create(first), handle=one, default_name="x")
        with pytest.raises(WrongPasskey):
            own_passkeys.add(service, identity, Authenticator().create(second), handle=other, default_name="x")

    def test_more_than_20_are_refused(self, service, identity):
        begun = own_passkeys.begin_adding(service, identity)
        for _ in range(20):
            add_passkey(service, identity) if listed(service, identity) else own_passkeys.add(
                service, identity, Authenticator().create(begun[0]), handle=begun[1], default_name="x"
            )
        with pytest.raises(InputRefused) as refused:
            own_passkeys.begin_adding(service, identity)
        assert refused.value.rule == "second_factors_too_many"

    def test_for_a_user_who_is_gone_is_refused(self, service, identity):
        options, handle = own_passkeys.begin_adding(service, identity)
        service.administration.delete(identity.user_id)
        with pytest.raises(NotFound):
            own_passkeys.begin_adding(service, identity)
        with pytest.raises(NotFound):
            own_passkeys.add(service, identity, Authenticator().create(options), handle=handle, default_name="x")


class TestOneOfSeveral:
    def test_is_renamed(self, service, identity, phone):
        own_passkeys.rename(service, identity, listed(service, identity)[0].id, "  My   phone ")
        assert [each.name for each in listed(service, identity)] == ["My phone"]

    @pytest.mark.parametrize("name", ["", " ", "x" * 65, "a\u202eb"])
    def test_has_a_name_that_people_can_read(self, service, identity, phone, name):
        with pytest.raises(InputRefused):
            own_passkeys.rename(service, identity, listed(service, identity)[0].id, name)

    def test_is_used_and_knows_when(self, service, identity, phone, clock):
        clock.move(minutes=1)
        enter(service, phone)
        assert listed(service, identity)[0].last_used_at == clock()

    def test_that_is_removed_lets_nobody_in(self, service, identity, phone):
        add_passkey(service, identity)
        options = login_options(service)
        own_passkeys.remove(service, identity, listed(service, identity)[0].id)
        with pytest.raises(WrongPasskey):
            log_in(service, phone.get(options))

    def test_that_is_removed_ends_other_sessions_that_began_with_a_passkey(self, service, identity, phone):
        by_passkey, by_password = enter(service, phone), service.log_in("johndoe", PASSWORD)
        assert own_passkeys.remove(service, identity, listed(service, identity)[0].id) == [by_passkey.session_id]
        with pytest.raises(SessionRevoked) as ended:
            service.verify_session(by_passkey.session_id)
        assert ended.value.reason == "passkey_removed"
        assert service.verify_access(by_password.access_token)

    def test_that_is_removed_does_not_end_the_session_that_removes_it(self, service, phone):
        mine = enter(service, phone)
        assert own_passkeys.remove(service, mine, listed(service, mine)[0].id) == []
        assert service.verify_session(mine.session_id)

    @pytest.mark.parametrize("change", [own_passkeys.remove, lambda *who: own_passkeys.rename(*who, "Mine")])
    def test_of_another_is_not_found(self, service, identity, phone, anna, change):
        for who, which in ((anna, listed(service, identity)[0].id), (identity, uuid4())):
            with pytest.raises(NotFound):
                change(service, who, which)
        assert len(listed(service, identity)) == 1


class TestAsAnotherStep:
    def test_it_is_asked_for_and_so_is_each_that_is_added_later(self, service, identity, phone):
        own_passkeys.ask_after_password(service, identity, asks=True)
        add_passkey(service, identity)
        assert [each.asks_after_password for each in listed(service, identity)] == [True, True]
        own_passkeys.remove(service, identity, listed(service, identity)[0].id)
        with pytest.raises(SecondFactorRequired):
            service.log_in("johndoe", PASSWORD)
        own_passkeys.ask_after_password(service, identity, asks=False)
        assert service.log_in("johndoe", PASSWORD)

    def test_without_a_passkey_it_cannot_be(self, service, identity):
        with pytest.raises(NotFound):
            own_passkeys.ask_after_password(service, identity, asks=True)

    def test_recovery_codes_stand_in_for_it_and_go_with_the_last_factor(self, service, identity, phone, clock):
        own_passkeys.ask_after_password(service, identity, asks=True)
        codes = devices.renew_recovery_codes(service, identity)
        assert service.login.go_on(begin(service), {"method": "recovery", "code": codes[0]}, NO_CLIENT)
        enrol(service, identity, clock)
        with service.database.connect() as db:
            (app,) = devices.devices_of(db, identity.user_id)
        devices.remove(service, identity, app.id)
        assert codes_left(service, identity) == 9
        own_passkeys.ask_after_password(service, identity, asks=False)
        assert codes_left(service, identity) == 0

    def test_recovery_codes_stay_while_an_app_is_there(self, service, identity, phone, clock):
        enrol(service, identity, clock)
        own_passkeys.ask_after_password(service, identity, asks=True)
        own_passkeys.remove(service, identity, listed(service, identity)[0].id)
        assert codes_left(service, identity) == 10


class TestTheLastWayIn:
    def test_an_account_without_a_password_is_entered_with_a_passkey_only(self, service, identity, phone):
        remove_password(service, identity)
        with pytest.raises(InvalidCredentials):
            service.log_in("johndoe", PASSWORD)
        assert service.confirmation.methods_of(enter(service, phone)) == ["pop"]

    def test_without_a_passkey_the_password_stays(self, service, identity):
        with pytest.raises(LastWayIn):
            remove_password(service, identity)
        assert service.log_in("johndoe", PASSWORD)

    def test_without_a_password_the_last_passkey_stays(self, service, identity, phone):
        remove_password(service, identity)
        add_passkey(service, identity)
        first, second = listed(service, identity)
        own_passkeys.remove(service, identity, second.id)
        with pytest.raises(LastWayIn):
            own_passkeys.remove(service, identity, first.id)
        assert enter(service, phone)

    def test_of_two_passkeys_removed_at_once_one_stays(self, service, identity, phone):
        remove_password(service, identity)
        add_passkey(service, identity)
        both = listed(service, identity)
        done = removed_at_once(*(lambda each=each: own_passkeys.remove(service, identity, each.id) for each in both))
        assert sorted(done) == [False, True]

    def test_of_password_and_passkey_removed_at_once_one_stays(self, service, identity, phone):
        (only,) = listed(service, identity)
        done = removed_at_once(
            lambda: remove_password(service, identity), lambda: own_passkeys.remove(service, identity, only.id)
        )
        assert sorted(done) == [False, True]

    def test_a_removed_password_ends_other_sessions_that_began_with_it_and_all_links(self, service, identity, phone):
        other = service.verify_access(service.log_in("johndoe", PASSWORD).access_token)
        by_passkey = enter(service, phone)
        link = service.administration.issue_password_link(identity.user_id)
        assert set(remove_password(service, by_passkey)) == {identity.session_id, other.session_id}
        with pytest.raises(SessionRevoked) as ended:
            service.verify_session(other.session_id)
        assert ended.value.reason == "password_removed"
        with pytest.raises(Exception, match="not valid"):
            service.accounts.user_of_link(link)

    def test_a_password_that_is_not_there_is_a_wrong_one_wherever_it_is_asked_for(self, service, identity, phone):
        remove_password(service, identity)
        for ask in (
            lambda: service.confirmation.confirm(identity, "pwd", PASSWORD),
            lambda: service.accounts.change_password(identity, PASSWORD, GOOD),
            lambda: service.accounts.delete(identity, PASSWORD),
        ):
            with pytest.raises(WrongPassword):
                ask()

    def test_a_password_is_set_again_and_then_changed_as_ever(self, service, identity, phone):
        with pytest.raises(NotFound):
            set_password(service, identity, GOOD)
        remove_password(service, identity)
        with pytest.raises(PasswordRefused):
            set_password(service, identity, "short")
        set_password(service, identity, GOOD)
        assert service.log_in("johndoe", GOOD)

    def test_the_account_is_deleted_without_a_password_and_with_one_it_is_not(self, service, identity, phone):
        with pytest.raises(WrongPassword):
            service.accounts.delete_without_password(identity)
        remove_password(service, identity)
        with pytest.raises(WrongPassword):
            service.accounts.delete(identity, PASSWORD)
        assert service.accounts.delete_without_password(identity) == [identity.session_id]
        assert service.administration.find_user("johndoe") is None

    def test_an_administrators_link_gives_a_person_without_passkeys_a_password(self, service, identity, phone):
        remove_password(service, identity)
        service.second_factors.reset(identity.user_id)
        link = service.administration.issue_password_link(identity.user_id)
        assert service.accounts.user_of_link(link).user_name == "johndoe"


def test_a_reset_removes_all_passkeys_also_those_that_no_login_asks_for(service, identity, phone):
    service.second_factors.reset(identity.user_id)
    with pytest.raises(WrongPasskey):
        log_in(service, phone.get(login_options(service)))


def test_a_deleted_user_leaves_nothing_behind(service, identity, phone):
    service.administration.delete(identity.user_id)
    with service.database.connect() as db:
        assert rows.count_passkeys(db, identity.user_id) == 0


def test_all_that_changes_is_in_the_audit_log(service, identity, phone):
    (only,) = listed(service, identity)
    own_passkeys.rename(service, identity, only.id, "Old phone")
    own_passkeys.ask_after_password(service, identity, asks=True)
    own_passkeys.ask_after_password(service, identity, asks=False)
    remove_password(service, identity)
    set_password(service, identity, GOOD)
    own_passkeys.remove(service, identity, only.id)
    _, found = service.administration.events(EventFilter(user_id=identity.user_id), limit=20)
    kinds = [(event.kind, event.detail) for event in reversed(found) if event.kind.startswith("pass")]
    assert kinds == [
        ("passkey_added", "Bitwarden"),
        ("passkey_renamed", "Old phone"),
        ("passkey_asked_for", ""),
        ("passkey_not_asked_for", ""),
        ("password_removed", ""),
        ("password_set", ""),
        ("passkey_removed", "Old phone"),
    ]
