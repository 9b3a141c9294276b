"""The secrets at rest: useless without the secret key, in no other row, and under a new key after `keys rotate`."""

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from rxapp.auth import AuthService, WrongCode
from rxapp.auth.core.features import rewrappers_of
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.core.maintenance.key_rotation import rotate
from rxapp.auth.features.totp.checks import check
from rxapp.auth.features.totp.rules.sealing import BATCH_SIZE, rewrap_all
from tests.conftest import PASSWORD
from tests.one_time_codes import begin, code_at, enrol

NEW = "n" * 40


def with_keys(service, clock, *keys):
    current, *previous = map(SecretStr, keys)
    settings = service.settings.model_copy(update={"secret_key": current, "previous_secret_keys": previous})
    return AuthService(settings, service.database, clock)


def log_in(service, secret, clock):
    return service.login.go_on(begin(service), {"method": "otp", "code": code_at(secret, clock())}, NO_CLIENT)


def stored(database):
    with database.connect() as db:
        return [bytes(row) for row in db.execute(text("SELECT wrapped_secret FROM auth_totp_device")).scalars()]


def verdicts(service):
    return [finding.verdict for finding in check(service.settings, service.database)]


def test_the_secret_is_not_in_the_database(service, enrolled):
    (sealed,) = stored(service.database)
    assert enrolled.secret.encode() not in sealed


def test_of_another_user_it_opens_nothing(service, enrolled, clock):
    """Whoever can write to the database, and has an account, puts their own secret into somebody else's row."""
    service.create_user("mallory", PASSWORD)
    mallory = service.verify_access(service.log_in("mallory", PASSWORD).access_token)
    theirs = enrol(service, mallory, clock)
    clock.move(minutes=1)
    with service.database.transaction() as db:
        taken = db.execute(
            text("SELECT wrapped_secret FROM auth_totp_device WHERE user_id = :id"),
            {"id": mallory.user_id.hex if db.dialect.name == "sqlite" else mallory.user_id},
        ).scalar_one()
        db.execute(text("UPDATE auth_totp_device SET wrapped_secret = :taken"), {"taken": taken})
    with pytest.raises(WrongCode):
        log_in(service, theirs.secret, clock)


def test_keys_rotate_seals_them_again_and_the_previous_key_can_go(service, enrolled, clock):
    old = service.settings.secret_keys[0]
    both = with_keys(service, clock, NEW, old)
    assert log_in(both, enrolled.secret, clock)
    assert verdicts(both) == ["warning"]
    before = stored(service.database)
    rotate(both.settings, both.database, clock, rewrappers_of(both.features))
    assert stored(service.database) != before
    alone = with_keys(service, clock, NEW)
    clock.move(minutes=1)
    assert log_in(alone, enrolled.secret, clock)
    assert alone.login.go_on(begin(alone), {"method": "recovery", "code": enrolled.recovery_codes[0]}, NO_CLIENT)
    assert verdicts(alone) == ["ok"]


def test_what_is_sealed_under_the_current_key_is_left_alone(service, enrolled):
    before = stored(service.database)
    assert rewrap_all(service.settings, service.database) == 0
    assert stored(service.database) == before


def test_without_its_key_it_lets_nobody_in_and_doctor_says_so(service, enrolled, clock):
    lost = with_keys(service, clock, NEW)
    with pytest.raises(WrongCode):
        log_in(lost, enrolled.secret, clock)
    assert verdicts(lost) == ["problem"]
    assert rewrap_all(lost.settings, lost.database) == 0


def test_more_than_a_batch_is_sealed_again(service, identity, clock):
    for number in range(BATCH_SIZE // 10 + 1):
        service.create_user(f"user{number}", PASSWORD)
        who = service.verify_access(service.log_in(f"user{number}", PASSWORD).access_token)
        for device in range(10):
            enrol(service, who, clock, name=f"Phone {device}")
    both = with_keys(service, clock, NEW, service.settings.secret_keys[0])
    codes = 10 * (BATCH_SIZE // 10 + 1)
    assert rewrap_all(both.settings, both.database) == BATCH_SIZE + 10 + codes
    assert verdicts(with_keys(service, clock, NEW)) == ["ok"]
