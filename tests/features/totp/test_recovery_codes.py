"""Recovery codes: ten, each good once, in place of a lost device."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from rxapp.auth import WrongCode
from rxapp.auth.core.database.tables import AuthTable, RecoveryCode
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.features.totp.rules import devices
from rxapp.auth.features.totp.rules.recovery_codes import count_codes
from tests.conftest import PASSWORD
from tests.one_time_codes import begin, enrol


def log_in(service, code):
    return service.login.go_on(begin(service), {"method": "recovery", "code": code}, NO_CLIENT).pair


def left(service, identity) -> int:
    with service.database.connect() as db:
        return count_codes(db, identity.user_id)


def test_each_is_good_once_and_the_number_left_is_known(service, identity, enrolled):
    for used, code in enumerate(enrolled.recovery_codes, 1):
        pair = log_in(service, code)
        assert service.verify_access(pair.access_token).amr == ("pwd", "recovery", "mfa")
        with pytest.raises(WrongCode):
            log_in(service, code)
        assert left(service, identity) == 10 - used


def test_used_20_times_at_once_one_lets_one_in(service, identity, enrolled):
    pending, answers = begin(service), {"method": "recovery", "code": enrolled.recovery_codes[0]}

    def use(_):
        try:
            return service.login.go_on(pending, answers, NO_CLIENT)
        except WrongCode:
            return None

    with ThreadPoolExecutor(20) as threads:
        assert sum(found is not None for found in threads.map(use, range(20))) == 1
    assert left(service, identity) == 9


def test_a_new_set_replaces_the_old_one(service, identity, enrolled):
    codes = devices.renew_recovery_codes(service, identity)
    assert len({*codes, *enrolled.recovery_codes}) == 20
    with pytest.raises(WrongCode):
        log_in(service, enrolled.recovery_codes[0])
    assert log_in(service, codes[0])


def test_it_may_be_typed_in_capitals_without_hyphens_and_with_letters_that_look_like_digits(service, enrolled):
    typed = enrolled.recovery_codes[0].upper().replace("-", " ").replace("0", "O").replace("1", "l")
    assert log_in(service, f" {typed} ")


@pytest.mark.parametrize("typed", ["", "0" * 16, "0000-0000-0000-0000", "x" * 5_000, "ı" * 16, "\0" * 16])
def test_what_is_none_is_refused(service, enrolled, typed):
    with pytest.raises(WrongCode):
        log_in(service, typed)


def test_somebody_elses_is_refused(service, enrolled, clock):
    service.create_user("anna", PASSWORD)
    hers = enrol(service, service.verify_access(service.log_in("anna", PASSWORD).access_token), clock)
    with pytest.raises(WrongCode):
        log_in(service, hers.recovery_codes[0])


def test_neither_codes_nor_plain_digests_are_stored(service, identity, enrolled):
    code = enrolled.recovery_codes[0].replace("-", "")
    with service.database.connect() as db:
        rows = db.exec_driver_sql(f"SELECT wrapped_digest FROM {RecoveryCode.__tablename__}").scalars().all()
    stored = b"".join(bytes(row) for row in rows)
    digest = hashlib.sha256(b"rxapp recovery code" + identity.user_id.bytes + code.encode()).digest()
    assert [secret for secret in (code.encode(), digest, hashlib.sha256(code.encode()).digest()) if secret in stored] == []


def test_whoever_can_write_to_the_table_adds_no_code_of_their_own(service, identity, enrolled, clock):
    """They copy a row of their own account, or write a plain digest."""
    service.create_user("mallory", PASSWORD)
    mallory = service.verify_access(service.log_in("mallory", PASSWORD).access_token)
    theirs = enrol(service, mallory, clock)
    code = theirs.recovery_codes[0].replace("-", "")
    table = AuthTable.metadata.tables[RecoveryCode.__tablename__]
    plain = hashlib.sha256(b"rxapp recovery code" + identity.user_id.bytes + code.encode()).digest()
    with service.database.transaction() as db:
        db.execute(table.insert(), {"id": uuid4(), "user_id": identity.user_id, "wrapped_digest": plain, "created_at": clock()})
        db.execute(table.update().where(table.c.user_id == mallory.user_id).values(user_id=identity.user_id))
    with pytest.raises(WrongCode):
        log_in(service, theirs.recovery_codes[0])
    assert log_in(service, enrolled.recovery_codes[0])


def test_when_all_are_used_the_device_is_still_asked_for(service, identity, enrolled):
    for code in enrolled.recovery_codes:
        log_in(service, code)
    assert service.second_factors.methods_of(identity.user_id) == ("otp",)
    assert begin(service)
