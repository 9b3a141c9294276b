"""Devices for one-time codes: enrolled by a code, good once for each code, several for each person."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from rxapp.auth import AuthService, InputRefused, NoSecondFactor, NotFound, PendingLoginEnded, TooManyRequests, WrongCode
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.features.totp.rules import devices
from rxapp.auth.features.totp.rules.codes import enrolment_uri, new_secret
from rxapp.auth.features.totp.rules.recovery_codes import count_codes
from tests.conftest import PASSWORD
from tests.one_time_codes import begin, code_at, enrol


def log_in(service, code, method="otp"):
    return service.login.go_on(begin(service), {"method": method, "code": code}, NO_CLIENT).pair


def listed(service, identity):
    with service.database.connect() as db:
        return devices.devices_of(db, identity.user_id)


class TestEnrolling:
    def test_wants_a_code_and_then_each_login_does(self, service, enrolled, clock):
        pair = log_in(service, code_at(enrolled.secret, clock()))
        assert service.verify_access(pair.access_token).amr == ("pwd", "otp", "mfa")

    def test_with_a_wrong_code_changes_nothing(self, service, identity, clock):
        for wrong in ("", "000000", "abcdef", code_at(new_secret(), clock())):
            with pytest.raises(WrongCode):
                devices.add(service, identity, new_secret(), code=wrong, name="Phone")
        assert service.log_in("johndoe", PASSWORD)

    def test_makes_ten_recovery_codes_with_the_first_device_only(self, service, identity, clock, enrolled):
        assert len(set(enrolled.recovery_codes)) == 10
        assert enrol(service, identity, clock, name="Tablet").recovery_codes == []

    def test_the_link_of_the_qr_code_names_the_app_and_the_user(self):
        uri = enrolment_uri("ABCDEFGH" * 4, "johndoe", "My app: two")
        assert uri == f"otpauth://totp/My%20app%3A%20two:johndoe?secret={'ABCDEFGH' * 4}&issuer=My%20app%3A%20two"

    @pytest.mark.parametrize("name", ["", " ", "x" * 65, "a\u202eb", "\u200b"])
    def test_a_name_that_nobody_can_read_is_refused(self, service, identity, clock, name):
        secret = new_secret()
        with pytest.raises(InputRefused) as refused:
            devices.add(service, identity, secret, code=code_at(secret, clock()), name=name)
        assert refused.value.rule == "device_name_refused"

    def test_of_one_secret_twice_is_refused_because_each_code_would_be_good_twice(self, service, identity, enrolled, clock):
        with pytest.raises(WrongCode):
            devices.add(service, identity, enrolled.secret, code=code_at(enrolled.secret, clock()), name="Again")
        assert len(listed(service, identity)) == 1

    def test_of_more_than_ten_devices_is_refused(self, service, identity, clock):
        for number in range(10):
            enrol(service, identity, clock, name=f"Phone {number}")
        with pytest.raises(InputRefused) as refused:
            enrol(service, identity, clock)
        assert refused.value.rule == "second_factors_too_many"

    def test_for_a_user_who_is_gone_is_refused(self, service, identity, clock):
        service.administration.delete(identity.user_id)
        with pytest.raises(NotFound):
            enrol(service, identity, clock)


class TestACode:
    def test_is_good_once(self, service, enrolled, clock):
        code = code_at(enrolled.secret, clock())
        log_in(service, code)
        clock.move(seconds=1)
        with pytest.raises(WrongCode):
            log_in(service, code)

    def test_that_enrolled_the_device_is_used(self, service, identity, clock):
        made = enrol(service, identity, clock)
        with pytest.raises(WrongCode):
            log_in(service, code_at(made.secret, clock()))

    def test_of_before_one_that_was_used_is_not_good_any_more(self, service, enrolled, clock):
        log_in(service, code_at(enrolled.secret, clock()))
        with pytest.raises(WrongCode):
            log_in(service, code_at(enrolled.secret, clock(), -1))
        assert log_in(service, code_at(enrolled.secret, clock(), +1))

    @pytest.mark.parametrize(("steps", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
    def test_is_good_one_step_before_and_after_its_own(self, service, enrolled, clock, steps, is_good):
        code = code_at(enrolled.secret, clock(), steps)
        if is_good:
            assert log_in(service, code)
        else:
            with pytest.raises(WrongCode):
                log_in(service, code)

    def test_may_be_typed_with_a_gap(self, service, enrolled, clock):
        code = code_at(enrolled.secret, clock())
        assert log_in(service, f" {code[:3]} {code[3:]} ")

    @pytest.mark.parametrize("typed", ["", "1234567", "12345", "１２３４５６", "12345a", "-" * 999, "\0", "123456" * 300])
    def test_that_is_none_is_refused(self, service, enrolled, typed):
        with pytest.raises(WrongCode):
            log_in(service, typed)

    def test_of_somebody_elses_device_is_refused(self, service, enrolled, clock):
        anna = service.create_user("anna", PASSWORD)
        hers = enrol(service, service.verify_access(service.log_in("anna", PASSWORD).access_token), clock)
        clock.move(minutes=1)
        with pytest.raises(WrongCode):
            log_in(service, code_at(hers.secret, clock()))
        assert anna.id

    def test_submitted_20_times_at_once_lets_one_in(self, service, enrolled, clock):
        pending, answers = begin(service), {"method": "otp", "code": code_at(enrolled.secret, clock())}

        def submit(_):
            try:
                return service.login.go_on(pending, answers, NO_CLIENT)
            except WrongCode:
                return None

        with ThreadPoolExecutor(20) as threads:
            assert sum(found is not None for found in threads.map(submit, range(20))) == 1

    def test_is_spent_by_a_login_that_does_not_begin_a_session(self, settings, service, enrolled, clock):
        strict = AuthService(settings.model_copy(update={"renew_refused_passwords": True}), service.database, clock)
        answers = {"method": "otp", "code": code_at(enrolled.secret, clock())}
        with pytest.raises(Exception, match="One more step"):
            strict.login.go_on(begin(strict), answers, NO_CLIENT)
        with pytest.raises(WrongCode):
            strict.login.go_on(begin(strict), answers, NO_CLIENT)

    def test_cannot_be_guessed(self, settings, service, enrolled, clock):
        limited = AuthService(settings.model_copy(update={"login_rate_limit": 5}), service.database, clock)
        pending = begin(limited)
        for method in ("otp", "recovery", "otp", "recovery", "otp"):
            with pytest.raises(WrongCode):
                limited.login.go_on(pending, {"method": method, "code": "000000"}, NO_CLIENT)
        with pytest.raises(TooManyRequests):
            limited.login.go_on(pending, {"method": "otp", "code": code_at(enrolled.secret, clock())}, NO_CLIENT)


class TestSeveral:
    def test_each_lets_one_in_and_knows_when_it_was_used(self, service, identity, enrolled, clock):
        tablet = enrol(service, identity, clock, name="Tablet")
        clock.move(minutes=1)
        log_in(service, code_at(tablet.secret, clock()))
        assert [(device.name, device.last_used_at) for device in listed(service, identity)] == [
            ("Phone", None),
            ("Tablet", clock()),
        ]
        assert log_in(service, code_at(enrolled.secret, clock()))

    def test_one_is_renamed(self, service, identity, enrolled):
        (phone,) = listed(service, identity)
        devices.rename(service, identity, phone.id, "  Old   phone ")
        assert [device.name for device in listed(service, identity)] == ["Old phone"]

    def test_a_removed_one_lets_nobody_in(self, service, identity, enrolled, clock):
        tablet = enrol(service, identity, clock, name="Tablet")
        clock.move(minutes=1)
        devices.remove(service, identity, listed(service, identity)[1].id)
        with pytest.raises(WrongCode):
            log_in(service, code_at(tablet.secret, clock()))
        assert log_in(service, code_at(enrolled.secret, clock()))

    def test_with_the_last_one_the_recovery_codes_go_and_the_password_is_enough(self, service, identity, enrolled):
        devices.remove(service, identity, listed(service, identity)[0].id)
        assert service.log_in("johndoe", PASSWORD)
        with service.database.connect() as db:
            assert count_codes(db, identity.user_id) == 0
        with pytest.raises(NoSecondFactor):
            devices.renew_recovery_codes(service, identity)

    @pytest.mark.parametrize("change", [devices.remove, lambda *who: devices.rename(*who, "Mine")])
    def test_nobody_changes_that_of_another(self, service, identity, enrolled, change):
        (phone,) = listed(service, identity)
        service.create_user("anna", PASSWORD)
        anna = service.verify_access(service.log_in("anna", PASSWORD).access_token)
        for who, which in ((anna, phone.id), (identity, uuid4())):
            with pytest.raises(NotFound):
                change(service, who, which)
        assert [device.name for device in listed(service, identity)] == ["Phone"]

    def test_removed_and_used_at_once_it_does_one_or_the_other(self, service, identity, enrolled, clock):
        pending, (phone,) = begin(service), listed(service, identity)
        answers = {"method": "otp", "code": code_at(enrolled.secret, clock())}
        with ThreadPoolExecutor(2) as threads:
            login = threads.submit(service.login.go_on, pending, answers, NO_CLIENT)
            threads.submit(devices.remove, service, identity, phone.id).result()
            with contextlib.suppress(WrongCode, PendingLoginEnded):
                login.result()
        assert listed(service, identity) == []


def test_all_that_changes_is_in_the_audit_log_without_a_secret(service, identity, enrolled, clock):
    (phone,) = listed(service, identity)
    devices.rename(service, identity, phone.id, "Old phone")
    codes = devices.renew_recovery_codes(service, identity)
    log_in(service, codes[0], "recovery")
    devices.remove(service, identity, phone.id)
    _, found = service.administration.events(EventFilter(user_id=identity.user_id), limit=20)
    kinds = [(event.kind, event.detail) for event in reversed(found) if event.kind.startswith(("second", "recovery"))]
    assert kinds == [
        ("second_factor_added", "Phone"),
        ("second_factor_renamed", "Old phone"),
        ("recovery_codes_made", ""),
        ("second_factor_asked", ""),
        ("recovery_code_used", "9 left"),
        ("second_factor_removed", "Old phone"),
    ]
    assert all(secret not in str(found) for secret in (enrolled.secret, *codes, *enrolled.recovery_codes))


def test_a_reset_removes_devices_and_recovery_codes(service, identity, enrolled):
    assert service.second_factors.methods_of(identity.user_id) == ("otp", "recovery")
    service.second_factors.reset(identity.user_id)
    assert service.second_factors.methods_of(identity.user_id) == ()
    assert service.log_in("johndoe", PASSWORD)


def test_a_deleted_user_leaves_nothing_behind(service, identity, enrolled):
    service.administration.delete(identity.user_id)
    with service.database.connect() as db:
        assert devices.count_devices(db, identity.user_id) == count_codes(db, identity.user_id) == 0
