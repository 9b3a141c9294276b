"""Who must have a second factor, and has none, adds an app in the middle of a login."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from rxapp.auth import (
    AuthService,
    Client,
    LoginIncomplete,
    OtherDevice,
    PendingLoginEnded,
    SecondFactorNeeded,
    SecondFactorRequired,
    Settings,
    WrongCode,
)
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.core.login.enrolment import NoEnrolment
from rxapp.auth.core.settings.second_factor_policy import SecondFactorPolicy
from rxapp.auth.features.new_password import FEATURE as NEW_PASSWORD
from rxapp.auth.features.new_password.rules import ANSWER, begin_by_link
from rxapp.auth.features.totp.rules import devices
from tests.conftest import PASSWORD
from tests.one_time_codes import code_at, enrol

GOOD = "plumb orbit cadet vixen"
PHONE, THIEF = (Client(device_key=ProvedKey(letter * 43)) for letter in "pt")


def with_policy(settings, policy):
    return settings.model_copy(update={"second_factor": policy})


@pytest.fixture
def strict(settings, database, clock, johndoe):
    """johndoe is a manager, and managers must have a second factor."""
    return AuthService(with_policy(settings, SecondFactorPolicy(frozenset({"Manager"}))), database, clock)


def begin(service, client=NO_CLIENT, name="johndoe") -> str:
    with pytest.raises(LoginIncomplete) as incomplete:
        service.log_in(name, PASSWORD, client)
    assert (incomplete.value.stage, incomplete.value.methods) == ("second_factor_enrolment", ("otp",))
    return incomplete.value.pending_login


def secret_of(service, pending, client=NO_CLIENT) -> str:
    return service.login.begin_enrolment(pending, "otp", client)["secret"]


def answers(secret, clock, **more) -> dict[str, str]:
    return {"method": "otp", "code": code_at(secret, clock()), **more}


def test_the_app_is_added_the_session_has_two_factors_and_the_codes_are_shown_once(strict, clock, johndoe):
    pending = begin(strict)
    shown = strict.login.begin_enrolment(pending, "otp", NO_CLIENT)
    assert f"secret={shown['secret']}" in shown["uri"]
    logged_in = strict.login.go_on(pending, answers(shown["secret"], clock, deviceName="Work phone"), NO_CLIENT)
    me = strict.verify_access(logged_in.pair.access_token)
    assert (me.amr, len(logged_in.recovery_codes)) == (("pwd", "otp", "mfa"), 10)
    with strict.database.connect() as db:
        assert [device.name for device in devices.devices_of(db, johndoe.id)] == ["Work phone"]
    clock.move(minutes=1)
    with pytest.raises(SecondFactorRequired):
        strict.log_in("johndoe", PASSWORD)


def test_who_need_not_have_one_is_not_asked(strict):
    strict.create_user("anna", PASSWORD, roles=["Clerk"])
    assert strict.log_in("anna", PASSWORD)


def test_required_means_everybody(settings, database, clock):
    service = AuthService(with_policy(settings, SecondFactorPolicy(is_for_all=True)), database, clock)
    service.create_user("anna", PASSWORD)
    assert begin(service, name="anna")


def test_who_has_one_already_gives_it_and_enrols_nothing(settings, service, pair, clock, database, johndoe):
    enrol(service, service.verify_access(pair.access_token), clock)
    strict = AuthService(with_policy(settings, SecondFactorPolicy(is_for_all=True)), database, clock)
    with pytest.raises(SecondFactorRequired):
        strict.log_in("johndoe", PASSWORD)


def test_a_wrong_code_adds_nothing_and_may_be_tried_again(strict, clock, johndoe):
    pending = begin(strict)
    secret = secret_of(strict, pending)
    for wrong in ({}, {"method": "otp"}, {"method": "otp", "code": "000000"}, {"method": "pop", "code": "x"}):
        with pytest.raises(WrongCode):
            strict.login.go_on(pending, wrong, NO_CLIENT)
    assert not strict.second_factors.methods_of(johndoe.id)
    assert strict.login.go_on(pending, answers(secret, clock), NO_CLIENT)


def test_each_login_has_a_secret_of_its_own_and_it_does_not_change(strict):
    one, other = begin(strict), begin(strict)
    assert secret_of(strict, one) == secret_of(strict, one) != secret_of(strict, other)


def test_the_code_of_the_enrolment_counts_as_used(strict, clock):
    pending = begin(strict)
    code = answers(secret_of(strict, pending), clock)
    strict.login.go_on(pending, code, NO_CLIENT)
    with pytest.raises(SecondFactorRequired) as required:
        strict.log_in("johndoe", PASSWORD)
    with pytest.raises(WrongCode):
        strict.login.go_on(required.value.pending_login, code, NO_CLIENT)


def test_of_two_logins_at_once_only_the_first_adds_an_app(strict, clock, johndoe):
    """The owner, and a thief of the password. Whoever is second is told to log in again, and needs the code of the first."""
    pending = [begin(strict) for _ in range(2)]
    given = [answers(secret_of(strict, each), clock) for each in pending]

    def complete(number):
        try:
            return strict.login.go_on(pending[number], given[number], NO_CLIENT)
        except (PendingLoginEnded, SecondFactorRequired):  # the latter if the app is there already when it is asked what is due
            return None

    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(complete, range(2)))
    assert sum(each is not None for each in found) == 1
    with strict.database.connect() as db:
        assert devices.count_devices(db, johndoe.id) == 1


def test_the_login_of_another_browser_shows_no_secret_and_adds_nothing(strict, clock):
    pending = begin(strict, PHONE)
    for client in (NO_CLIENT, THIEF):
        with pytest.raises(OtherDevice):
            strict.login.begin_enrolment(pending, "otp", client)
        with pytest.raises(OtherDevice):
            strict.login.go_on(pending, answers(secret_of(strict, pending, PHONE), clock), client)
    assert strict.login.go_on(pending, answers(secret_of(strict, pending, PHONE), clock), PHONE)


def test_a_login_at_another_stage_shows_none(strict, service, clock, johndoe, pair):
    enrol(service, service.verify_access(pair.access_token), clock)
    with pytest.raises(SecondFactorRequired) as required:
        strict.log_in("johndoe", PASSWORD)
    for pending in (required.value.pending_login, "rxl1_forged", ""):
        with pytest.raises(PendingLoginEnded):
            strict.login.begin_enrolment(pending, "otp", NO_CLIENT)


def test_after_a_link_the_new_password_comes_first_so_that_no_codes_are_lost(strict, clock, johndoe):
    link = strict.administration.issue_password_link(johndoe.id)
    first = begin_by_link(strict, link)
    assert first.stage == "new_password"
    with pytest.raises(LoginIncomplete) as second:
        strict.login.go_on(first.pending_login, {ANSWER: GOOD}, NO_CLIENT)
    pending = second.value.pending_login
    logged_in = strict.login.go_on(pending, answers(secret_of(strict, pending), clock), NO_CLIENT)
    assert len(logged_in.recovery_codes) == 10


def test_a_reset_in_between_begins_no_session(strict, clock, johndoe, monkeypatch):
    pending = begin(strict)
    add = devices.add

    def add_and_reset(*given, **named):
        codes = add(*given, **named)
        strict.second_factors.reset(johndoe.id)
        return codes

    monkeypatch.setattr(devices, "add", add_and_reset)
    with pytest.raises(PendingLoginEnded):
        strict.login.go_on(pending, answers(secret_of(strict, pending), clock), NO_CLIENT)


class TestTheLastOne:
    def test_of_a_person_who_must_have_one_is_not_removed(self, strict, clock):
        pending = begin(strict)
        pair = strict.login.go_on(pending, answers(secret_of(strict, pending), clock), NO_CLIENT).pair
        me = strict.verify_access(pair.access_token)
        with strict.database.connect() as db:
            (device,) = devices.devices_of(db, me.user_id)
        with pytest.raises(SecondFactorNeeded):
            devices.remove(strict, me, device.id)
        enrol(strict, me, clock, name="Tablet")
        devices.remove(strict, me, device.id)

    def test_of_anybody_else_is(self, service, pair, clock):
        me = service.verify_access(pair.access_token)
        enrol(service, me, clock)
        with service.database.connect() as db:
            (device,) = devices.devices_of(db, me.user_id)
        devices.remove(service, me, device.id)

    def test_an_administrator_removes_and_the_person_adds_another(self, strict, clock, johndoe):
        pending = begin(strict)
        strict.login.go_on(pending, answers(secret_of(strict, pending), clock), NO_CLIENT)
        strict.second_factors.reset(johndoe.id)
        assert begin(strict)


class TestThePolicy:
    @pytest.mark.parametrize(
        ("text", "policy"),
        [
            ("optional", SecondFactorPolicy()),
            ("required", SecondFactorPolicy(is_for_all=True)),
            (" required_for:Admin, Manager ", SecondFactorPolicy(frozenset({"Admin", "Manager"}))),
        ],
    )
    def test_is_read_from_the_environment(self, monkeypatch, text, policy):
        monkeypatch.setenv("RXAPP_SECOND_FACTOR", text)
        assert Settings().second_factor == policy
        assert str(policy) == text.strip().replace(", ", ",")

    @pytest.mark.parametrize("text", ["", "yes", "required_for:", "required_for:Admin,", "Required", "true"])
    def test_that_cannot_be_read_is_refused_with_what_can(self, monkeypatch, text):
        monkeypatch.setenv("RXAPP_SECOND_FACTOR", text)
        with pytest.raises(ValueError, match="optional, required, required_for:Admin,Manager"):
            Settings()

    def test_that_nobody_could_fulfil_does_not_start(self, settings, database, clock):
        with pytest.raises(NoEnrolment, match="RXAPP_SECOND_FACTOR requires"):
            AuthService(with_policy(settings, SecondFactorPolicy(is_for_all=True)), database, clock, features=[NEW_PASSWORD])
