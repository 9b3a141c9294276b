"""Passwords: hashed with OWASP's parameters, verified as typed, with the same work for unknown users."""

import threading

import pytest

from rxapp.auth import InvalidCredentials, Settings
from rxapp.auth.passwords import HASHES_AT_A_TIME, PasswordHasher


@pytest.fixture
def hasher(settings):
    return PasswordHasher(settings)


def test_the_default_parameters_are_owasps():
    settings = Settings(_env_file=None, secret_key="k" * 40)
    assert PasswordHasher(settings).hash_password("def@123").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_right_password_verifies_and_is_not_rehashed(hasher):
    assert hasher.verify_password("def@123", hasher.hash_password("def@123")) is None


@pytest.mark.parametrize("wrong", ["", "Def@123", "def@123 ", " def@123", "def@12", "def@123\0", "ｄｅｆ@123"])
def test_a_password_is_verified_exactly_as_typed(hasher, wrong):
    with pytest.raises(InvalidCredentials):
        hasher.verify_password(wrong, hasher.hash_password("def@123"))


@pytest.mark.parametrize("password", ["ü" * 64, "a b c", "🙂" * 20, "x" * 1024])
def test_any_characters_and_long_passwords_are_allowed(hasher, password):
    assert hasher.verify_password(password, hasher.hash_password(password)) is None


def test_a_hash_made_with_other_parameters_is_replaced(hasher, settings):
    older = PasswordHasher(settings.model_copy(update={"argon2_time_cost": 2}))
    replacement = hasher.verify_password("def@123", older.hash_password("def@123"))
    assert "t=1" in replacement
    assert hasher.verify_password("def@123", replacement) is None


def test_an_unknown_user_costs_one_verification_and_is_refused_in_the_same_way(hasher, monkeypatch):
    hasher.refuse_unknown_user.__self__._nobodys_hash  # noqa: B018  made once, on first use
    verified = []
    verify = hasher._context.verify_and_update
    monkeypatch.setattr(hasher._context, "verify_and_update", lambda *args: verified.append(args) or verify(*args))
    with pytest.raises(InvalidCredentials):
        hasher.refuse_unknown_user("def@123")
    assert len(verified) == 1


def test_no_more_hashes_run_at_a_time_than_there_are_cores(hasher, monkeypatch):
    running, most, lock = 0, 0, threading.Lock()
    hash_ = hasher._context.hash

    def counted(password):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        result = hash_(password)
        with lock:
            running -= 1
        return result

    monkeypatch.setattr(hasher._context, "hash", counted)
    threads = [threading.Thread(target=hasher.hash_password, args=("x",)) for _ in range(8 * HASHES_AT_A_TIME)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= most <= HASHES_AT_A_TIME
