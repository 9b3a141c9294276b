"""Passwords: hashed with OWASP's parameters, verified as typed, with the same work for unknown users."""

import threading

import bcrypt
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rxapp.auth import InvalidCredentials, Settings
from rxapp.auth.core.passwords.hasher import BCRYPT_MAXIMUM_BYTES, BCRYPT_ROUNDS, HASHES_AT_A_TIME, PasswordHasher


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
    hasher.refuse_unknown_user.__self__._dummy_hash  # noqa: B018  made once, on first use
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


class TestBcrypt:
    """The hashes that users bring from another app."""

    @staticmethod
    def hash_of(password, prefix=b"2b"):
        """As reflex-local-auth makes it, but cheap; before bcrypt 5 what is beyond 72 bytes was dropped without a word."""
        return bcrypt.hashpw(password.encode()[:BCRYPT_MAXIMUM_BYTES], bcrypt.gensalt(4, prefix)).decode()

    @pytest.mark.parametrize("prefix", [b"2b", b"2a"], ids=["2b", "2a"])
    def test_the_right_password_gets_an_argon2id_hash_in_its_place(self, hasher, prefix):
        replacement = hasher.verify_password("def@123", self.hash_of("def@123", prefix))
        assert replacement.startswith("$argon2id$")
        assert hasher.verify_password("def@123", replacement) is None

    @pytest.mark.parametrize("wrong", ["", "Def@123", "def@123 ", "def@12", "def@123\0", "\udcff", "d" * 5000])
    def test_a_wrong_one_is_refused_like_any_other(self, hasher, wrong):
        with pytest.raises(InvalidCredentials):
            hasher.verify_password(wrong, self.hash_of("def@123"))

    @hypothesis_settings(max_examples=40)
    @given(password=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=100))
    def test_every_password_however_long_is_verified_and_one_that_bcrypt_reads_whole_gets_a_hash(self, settings, password):
        hasher = PasswordHasher(settings)
        replacement = hasher.verify_password(password, self.hash_of(password))
        if len(password.encode()) > BCRYPT_MAXIMUM_BYTES:
            assert replacement is None
            return
        assert hasher.verify_password(password, replacement or self.hash_of(password)) is None
        with pytest.raises(InvalidCredentials):
            hasher.verify_password(password + "x", replacement)

    def test_a_typing_error_after_what_bcrypt_reads_does_not_lock_the_owner_out(self, hasher):
        right = "correct horse battery staple " * 3
        imported = self.hash_of(right)
        for typed in (right + "with a typing error", right):
            assert hasher.verify_password(typed, imported) is None, "nothing replaces the hash: nobody knows the right end"

    def test_an_impossible_password_is_refused_no_faster_than_an_unknown_user(self, settings, monkeypatch):
        """bcrypt knows no NUL."""
        hasher = PasswordHasher(settings, expects_bcrypt=lambda: True)
        hashed = []
        hash_ = hasher._context.hash
        monkeypatch.setattr(hasher._context, "hash", lambda password: hashed.append(password) or hash_(password))
        with pytest.raises(InvalidCredentials):
            hasher.verify_password("def@123\0", self.hash_of("def@123"))
        assert hashed == ["def@123\0"]

    def test_the_dummy_hash_costs_what_an_imported_users_hash_costs(self, settings):
        hasher = PasswordHasher(settings, expects_bcrypt=lambda: True)
        assert hasher._dummy_bcrypt_hash.startswith(f"$2b${BCRYPT_ROUNDS}$")
        assert bcrypt.gensalt().startswith(f"$2b${BCRYPT_ROUNDS}$".encode())

    def test_no_new_password_is_hashed_with_it(self, hasher):
        assert hasher.hash_password("def@123").startswith("$argon2id$")


class TestUnicodeForms:
    """`é` is one character on some keyboards and two on others (synapse#3306)."""

    COMPOSED, DECOMPOSED = "caf\u00e9 \u00fcber", "cafe\u0301 u\u0308ber"
    MIXED = "caf\u00e9 u\u0308ber"

    @pytest.mark.parametrize("made", [COMPOSED, DECOMPOSED, MIXED])
    @pytest.mark.parametrize("typed", [COMPOSED, DECOMPOSED, MIXED])
    def test_a_password_is_the_same_on_every_keyboard(self, hasher, made, typed):
        assert hasher.verify_password(typed, hasher.hash_password(made)) is None

    @pytest.mark.parametrize("bcrypted", [False, True], ids=["argon2", "bcrypt"])
    @pytest.mark.parametrize("typed", [COMPOSED, DECOMPOSED])
    def test_a_hash_of_an_older_release_goes_on_working_and_is_replaced(self, hasher, typed, bcrypted):
        older = TestBcrypt.hash_of(self.DECOMPOSED) if bcrypted else hasher._context.hash(self.DECOMPOSED)
        replacement = hasher.verify_password(typed, older)
        assert replacement.startswith("$argon2id$")
        assert hasher._context.verify(self.COMPOSED, replacement)

    def test_a_mixed_one_of_an_older_release_works_as_it_was_typed(self, hasher):
        replacement = hasher.verify_password(self.MIXED, hasher._context.hash(self.MIXED))
        assert hasher.verify_password(self.COMPOSED, replacement) is None

    @pytest.mark.parametrize("other", ["cafe uber", "Café über", "caf\u00e9 uber", "\u2460"])
    def test_what_only_looks_alike_stays_another_password(self, hasher, other):
        made = "1" if other == "\u2460" else self.COMPOSED
        with pytest.raises(InvalidCredentials):
            hasher.verify_password(other, hasher.hash_password(made))

    def test_an_unknown_user_costs_as_much_as_a_wrong_password(self, hasher, monkeypatch):
        hasher._dummy_hash  # noqa: B018  made once, on first use
        verified = []
        verify = hasher._context.verify_and_update
        monkeypatch.setattr(hasher._context, "verify_and_update", lambda *args: verified.append(args) or verify(*args))
        another = hasher.hash_password("another")
        for attempt in (hasher.refuse_unknown_user, lambda typed: hasher.verify_password(typed, another)):
            with pytest.raises(InvalidCredentials):
                attempt(self.MIXED)
        assert [typed for typed, _ in verified] == 2 * [self.COMPOSED, self.MIXED]
