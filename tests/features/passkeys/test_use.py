"""A passkey lets its person in, alone or after the password, and nobody else, and each answer once."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from rxapp.auth import AuthService, Client, InvalidCredentials, OtherDevice, SecondFactorRequired, TooManyRequests, WrongPassword
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.core.identity.proved_key import ProvedKey, base64url
from rxapp.auth.core.login.challenges import LIFETIME
from rxapp.auth.core.login.passkey_errors import PasskeyNotConfirmed, PasskeysUnavailable, WrongPasskey
from rxapp.auth.features.passkeys.rules import ceremonies, own_passkeys
from rxapp.auth.features.passkeys.rules.use import (
    confirmation_options,
    log_in,
    login_options,
    options_of_pending,
)
from tests.authenticator import BE, BS, UP, UV, Authenticator, add_passkey
from tests.conftest import PASSWORD
from tests.one_time_codes import begin

BROWSER = Client("203.0.113.1", device_key=ProvedKey("a" * 43))
OTHER_BROWSER = Client("203.0.113.1", device_key=ProvedKey("b" * 43))


@pytest.fixture
def asked(service, identity, phone):
    """The person wants to be asked for the passkey after the password."""
    own_passkeys.ask_after_password(service, identity, asks=True)
    return phone


@pytest.fixture
def anna(service):
    service.create_user("anna", PASSWORD)
    return service.verify_access(service.log_in("anna", PASSWORD).access_token)


def complete(service, answer, pending=None, client=NO_CLIENT):
    return service.login.go_on(pending or begin(service), {"method": "pop", "code": answer}, client).pair


def kinds_of(service, identity):
    _, found = service.administration.events(EventFilter(user_id=identity.user_id), limit=50)
    return [(event.kind, event.detail) for event in found]


def test_alone_it_lets_one_in_without_a_name_and_counts_as_two_factors(service, identity, phone):
    pair = log_in(service, phone.get(login_options(service))).pair
    found = service.verify_access(pair.access_token)
    assert (found.user_name, found.amr) == ("johndoe", ("pop", "mfa"))


def test_it_becomes_no_second_factor_by_itself(service, phone):
    assert service.log_in("johndoe", PASSWORD)


def test_whoever_wants_it_is_asked_for_it_after_the_password(service, asked):
    pending = begin(service)
    options = options_of_pending(service, pending)
    assert options["userVerification"] == "preferred"
    pair = complete(service, asked.get(options, flags=UP), pending)
    assert service.verify_access(pair.access_token).amr == ("pwd", "pop", "mfa")


def test_alone_it_is_enough_for_whoever_is_asked_for_it_after_the_password(service, asked):
    assert log_in(service, asked.get(login_options(service)))


def test_whoever_is_asked_for_it_is_offered_all_that_they_have(service, asked):
    with pytest.raises(SecondFactorRequired) as required:
        service.log_in("johndoe", PASSWORD)
    assert required.value.methods == ("pop",)


def test_it_confirms_who_one_is(service, clock, pair, phone):
    clock.move(hours=1)
    pair = service.refresh(pair.access_token, pair.refresh_token)
    stale = service.verify_access(pair.access_token)
    assert service.confirmation.methods_of(stale) == ["pwd", "pop"]
    confirmed = service.confirmation.confirm(stale, "pop", phone.get(confirmation_options(service, stale)))
    assert confirmed.identity.authenticated_at == clock()
    assert confirmed.identity.amr == ("pwd", "pop", "mfa")


WRONG = {
    "a bad signature": {"signature": b"0" * 70},
    "no signature": {"signature": b""},
    "another origin": {"origin": "https://evil.example"},
    "another origin that looks alike": {"origin": "http://localhost.evil.example:3000"},
    "no origin": {"origin": None},
    "another relying party": {"rp_id": "evil.example"},
    "nobody present": {"flags": UV},
    "nobody verified": {"flags": UP},
    "another kind": {"type": "webauthn.create"},
    "the user handle of another": {"handle": b"x" * 32},
    "no user handle": {"handle": None},
    "a frame of another site": {"crossOrigin": True},
    "a frame in another site": {"topOrigin": "https://evil.example"},
    "a flag that never changes": {"flags": UP | UV | BE},
    "flags that cannot be": {"flags": UP | UV | BS},
    "a challenge that is none": {"challenge": "AAAA"},
    "a challenge of somebody": {"challenge": "A" * 54},
    "an empty challenge": {"challenge": ""},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_is_wrong_lets_nobody_in(service, phone, wrong):
    with pytest.raises(WrongPasskey):
        log_in(service, phone.get(login_options(service), **wrong))


@pytest.mark.parametrize("wrong", [wrong for name, wrong in WRONG.items() if name not in ("nobody verified", "no user handle")])
def test_nor_after_the_password(service, asked, wrong):
    pending = begin(service)
    with pytest.raises(WrongPasskey):
        complete(service, asked.get(options_of_pending(service, pending), **wrong), pending)


@pytest.mark.parametrize("wrong", [wrong for name, wrong in WRONG.items() if name != "no user handle"])
def test_nor_confirms_who_one_is(service, identity, phone, wrong):
    with pytest.raises(PasskeyNotConfirmed):
        service.confirmation.confirm(identity, "pop", phone.get(confirmation_options(service, identity), **wrong))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        "1",
        '"',
        "\0",
        "[" * 5_000,
        '{"response": {"clientDataJSON": "e30"}}',
        "x" * 10_000,
        '{"response": 1}',
    ],
)
def test_what_no_browser_sends_is_refused(service, asked, text):
    with pytest.raises(WrongPasskey):
        log_in(service, text)
    with pytest.raises(WrongPasskey):
        complete(service, text)


def test_parts_of_other_types_are_refused(service, phone):
    good = json.loads(phone.get(login_options(service)))
    for name in ("id", "rawId", "type", "response"):
        for value in (None, 1, [], {}, "!", ""):
            with pytest.raises(WrongPasskey):
                log_in(service, json.dumps(good | {name: value}))
    for name in good["response"]:
        for value in (1, [], {}, "!", "AAAA"):
            with pytest.raises(WrongPasskey):
                log_in(service, json.dumps(good | {"response": good["response"] | {name: value}}))


class TestAChallenge:
    def test_is_good_once(self, service, phone):
        answer = phone.get(login_options(service))
        assert log_in(service, answer)
        with pytest.raises(WrongPasskey):
            log_in(service, answer)

    def test_answered_20_times_at_once_lets_one_in(self, service, phone):
        phone.counts = False
        answer = phone.get(login_options(service))

        def use(_):
            try:
                return log_in(service, answer)
            except WrongPasskey:
                return None

        with ThreadPoolExecutor(20) as threads:
            assert sum(found is not None for found in threads.map(use, range(20))) == 1

    def test_answered_in_two_ways_is_answered_twice(self, service, phone):
        options = login_options(service)
        assert log_in(service, phone.get(options))
        with pytest.raises(WrongPasskey):
            log_in(service, phone.get(options))

    def test_lasts_five_minutes(self, service, phone, clock):
        first, second = login_options(service), login_options(service)
        clock.move(seconds=LIFETIME.total_seconds())
        assert log_in(service, phone.get(first))
        clock.move(seconds=1)
        with pytest.raises(WrongPasskey):
            log_in(service, phone.get(second))

    def test_that_was_answered_wrongly_may_be_answered_again_so_that_strangers_fill_no_memory(self, service, phone):
        options = login_options(service)
        with pytest.raises(WrongPasskey):
            log_in(service, phone.get(options, signature=b"x" * 70))
        assert log_in(service, phone.get(options))

    def test_of_before_a_restart_is_worthless_because_nobody_remembers_its_answer(self, settings, service, phone, clock):
        phone.counts = False
        answer = phone.get(login_options(service))
        assert log_in(service, answer)
        clock.move(seconds=1)
        restarted = AuthService(settings, service.database, clock)
        with pytest.raises(WrongPasskey):
            log_in(restarted, answer)
        assert log_in(restarted, phone.get(login_options(restarted)))

    def test_of_another_server_is_worthless(self, settings, service, phone, clock):
        elsewhere = AuthService(
            settings.model_copy(update={"secret_key": type(settings.secret_key)("y" * 40)}), service.database, clock
        )
        with pytest.raises(WrongPasskey):
            log_in(service, phone.get(login_options(elsewhere)))

    def test_of_a_browser_with_a_key_is_worthless_in_another(self, service, phone):
        options = login_options(service, BROWSER)
        for other in (OTHER_BROWSER, NO_CLIENT):
            with pytest.raises(WrongPasskey):
                log_in(service, phone.get(options), other)
        assert log_in(service, phone.get(options), BROWSER)

    def test_is_worthless_for_another_purpose(self, service, identity, asked):
        pending = begin(service)
        for_login, for_stage = login_options(service), options_of_pending(service, pending)
        for_proof, (for_adding, _) = confirmation_options(service, identity), own_passkeys.begin_adding(service, identity)
        for_adding = {"rpId": "localhost"} | for_adding
        for options in (for_stage, for_proof, for_adding):
            with pytest.raises(WrongPasskey):
                log_in(service, asked.get(options))
        for options in (for_login, for_proof, for_adding):
            with pytest.raises(WrongPasskey):
                complete(service, asked.get(options), pending)
        for options in (for_login, for_stage, for_adding):
            with pytest.raises(PasskeyNotConfirmed):
                service.confirmation.confirm(identity, "pop", asked.get(options))

    def test_is_worthless_for_another_person_and_in_another_session(self, service, identity, asked, anna):
        hers = add_passkey(service, anna)
        with pytest.raises(PasskeyNotConfirmed):
            service.confirmation.confirm(anna, "pop", hers.get(confirmation_options(service, identity)))
        elsewhere = service.verify_access(log_in(service, asked.get(login_options(service))).pair.access_token)
        with pytest.raises(PasskeyNotConfirmed):
            service.confirmation.confirm(elsewhere, "pop", asked.get(confirmation_options(service, identity)))


class TestAPasskeyOfAnother:
    def test_is_no_second_factor_of_mine(self, service, asked, anna):
        hers, pending = add_passkey(service, anna), begin(service)
        with pytest.raises(WrongPasskey):
            complete(service, hers.get(options_of_pending(service, pending)), pending)

    def test_does_not_confirm_who_i_am(self, service, identity, asked, anna):
        hers = add_passkey(service, anna)
        with pytest.raises(PasskeyNotConfirmed):
            service.confirmation.confirm(identity, "pop", hers.get(confirmation_options(service, identity)))

    def test_that_nobody_has_added_lets_nobody_in(self, service, phone):
        stranger = Authenticator()
        stranger.handle = phone.handle
        with pytest.raises(WrongPasskey):
            log_in(service, stranger.get(login_options(service)))
        stranger.id = phone.id
        with pytest.raises(WrongPasskey):
            log_in(service, stranger.get(login_options(service)))

    def test_of_a_disabled_user_lets_nobody_in(self, service, identity, phone):
        service.administration.disable(identity.user_id)
        with pytest.raises(WrongPasskey):
            log_in(service, phone.get(login_options(service)))


class TestTheCounter:
    def test_that_goes_back_is_a_clone_and_audited(self, service, identity, phone):
        phone.count = 5
        assert log_in(service, phone.get(login_options(service)))
        for count in (6, 5, 1, 0):
            with pytest.raises(WrongPasskey):
                log_in(service, phone.get(login_options(service), count=count))
        assert kinds_of(service, identity)[0] == ("passkey_refused", "Bitwarden: its counter went back")
        assert log_in(service, phone.get(login_options(service), count=7))

    def test_of_one_that_does_not_count_is_none(self, service, identity):
        made = add_passkey(service, identity, counts=False)
        for _ in range(2):
            assert log_in(service, made.get(login_options(service)))

    def test_of_one_with_copies_may_go_back(self, service, identity):
        made = add_passkey(service, identity, flags=UP | UV | BE | BS, count=5)
        for count in (9, 3, 9):
            assert log_in(service, made.get(login_options(service), count=count))
        assert made.get(login_options(service))

    def test_of_one_that_lost_its_copies_counts_from_the_highest(self, service, identity):
        made = add_passkey(service, identity, flags=UP | UV | BE | BS)
        for count in (9, 3):
            assert log_in(service, made.get(login_options(service), count=count))
        with pytest.raises(WrongPasskey):
            log_in(service, made.get(login_options(service), count=9, flags=UP | UV | BE))

    def test_with_one_count_20_answers_at_once_let_one_in(self, service, phone):
        answers = [phone.get(login_options(service), count=7) for _ in range(20)]

        def use(answer):
            try:
                return log_in(service, answer)
            except WrongPasskey:
                return None

        with ThreadPoolExecutor(20) as threads:
            assert sum(found is not None for found in threads.map(use, answers)) == 1


class TestGuessing:
    @pytest.fixture
    def limited(self, settings, service, clock):
        limits = {"login_rate_limit": 5, "login_address_rate_limit": 8}
        return AuthService(settings.model_copy(update=limits), service.database, clock)

    def test_without_a_name_counts_for_the_address_only(self, limited, phone):
        stranger, owner = Client("198.51.100.1"), Client("203.0.113.1")
        for _ in range(8):
            with pytest.raises(WrongPasskey):
                log_in(limited, phone.get(login_options(limited), signature=b"x" * 70), stranger)
        with pytest.raises(TooManyRequests):
            log_in(limited, phone.get(login_options(limited)), stranger)
        assert log_in(limited, phone.get(login_options(limited)), owner)
        _, found = limited.administration.events(EventFilter(kind="login_failed"), limit=50)
        assert {(event.detail, event.address) for event in found} == {("passkey", "198.51.100.1")}

    def test_after_the_password_counts_for_the_stage(self, limited, asked):
        pending = begin(limited)
        for _ in range(5):
            with pytest.raises(WrongPasskey):
                complete(limited, "{}", pending)
        with pytest.raises(TooManyRequests):
            complete(limited, asked.get(options_of_pending(limited, pending)), pending)

    def test_to_confirm_counts_for_the_session_and_is_audited(self, limited, identity, phone):
        for _ in range(5):
            with pytest.raises(WrongPassword):
                limited.confirmation.confirm(identity, "pop", "{}")
        with pytest.raises(TooManyRequests):
            limited.confirmation.confirm(identity, "pop", phone.get(confirmation_options(limited, identity)))
        assert kinds_of(limited, identity)[1][0] == "passkey_refused"


class TestWithoutTheExtra:
    @pytest.fixture(autouse=True)
    def uninstalled(self, monkeypatch, asked):
        monkeypatch.setattr(ceremonies, "find_spec", lambda _: None)

    def test_whoever_wants_to_be_asked_is_asked_and_refused(self, service):
        pending = begin(service)
        with pytest.raises(PasskeysUnavailable):
            complete(service, "{}", pending)
        with pytest.raises(PasskeysUnavailable):
            options_of_pending(service, pending)

    def test_nothing_is_offered_and_nothing_accepted(self, service, identity):
        for use in (
            lambda: login_options(service),
            lambda: log_in(service, "{}"),
            lambda: confirmation_options(service, identity),
            lambda: service.confirmation.confirm(identity, "pop", "{}"),
            lambda: own_passkeys.begin_adding(service, identity),
            lambda: own_passkeys.add(service, identity, "{}", handle=b"", default_name="x"),
        ):
            with pytest.raises(PasskeysUnavailable):
                use()


def test_a_wrong_passkey_is_invalid_credentials_to_older_code():
    assert issubclass(WrongPasskey, InvalidCredentials)


def test_an_account_is_logged_in_to_by_passkeys_twenty_times_a_minute_at_most(service, phone, clock):
    """It costs no slow hash, and each makes a session that stays for days."""
    for _ in range(20):
        log_in(service, phone.get(login_options(service)))
    with pytest.raises(TooManyRequests):
        log_in(service, phone.get(login_options(service)))
    clock.move(minutes=1)
    assert log_in(service, phone.get(login_options(service)))


def test_the_options_of_a_login_are_for_the_browser_that_has_begun_it(service, phone, identity):
    """They name the person's passkeys."""
    own_passkeys.ask_after_password(service, identity, asks=True)
    pending = begin(service, client=BROWSER)
    with pytest.raises(OtherDevice):
        options_of_pending(service, pending, OTHER_BROWSER)
    assert options_of_pending(service, pending, BROWSER)


def test_a_credential_with_an_id_that_no_table_takes_is_refused(service, phone):
    answer = json.loads(phone.get(login_options(service)))
    answer["id"] = answer["rawId"] = base64url(b"x" * 1_024)
    with pytest.raises(WrongPasskey):
        log_in(service, json.dumps(answer))
