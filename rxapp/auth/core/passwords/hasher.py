"""Passwords: argon2id through passlib's API, at most as many hashes at a time as there are cores.

Users who came from another app with a bcrypt hash (`python -m rxapp users import-local-auth`) get an argon2id hash when they log
in for the first time.
"""

import os
import secrets
import threading
from collections.abc import Callable
from functools import cached_property
from typing import NoReturn

from passlib.context import CryptContext
from passlib.exc import PasswordSizeError, PasswordValueError
from passlib.utils import MAX_PASSWORD_SIZE

from rxapp.auth.core.errors import InvalidCredentials
from rxapp.auth.core.settings.settings import Settings

HASHES_AT_A_TIME = os.cpu_count() or 1
"""More would be no faster, and each takes `argon2_memory_kib` of memory while it runs."""

BCRYPT_MAXIMUM_BYTES = 72
"""What bcrypt looks at. Libraries before bcrypt 5 dropped the rest without a word, so a hash may be of a longer password."""

BCRYPT_ROUNDS = 12
"""log2 of the iterations: what reflex-local-auth, by way of `bcrypt.gensalt()`, hashes with."""


class PasswordHasher:
    """Hashes and verifies. Threads may share one; those that come while all cores are hashing wait their turn.

    `expects_bcrypt` says whether some users may still have a bcrypt hash. While they do, every wrong password costs one hash of
    each kind: else time would tell who came from the other app, and so who has an account.
    """

    def __init__(self, settings: Settings, expects_bcrypt: Callable[[], bool] = lambda: False) -> None:
        self._context = CryptContext(
            schemes=["argon2", "bcrypt"],
            argon2__type="ID",
            argon2__memory_cost=settings.argon2_memory_kib,
            argon2__time_cost=settings.argon2_time_cost,
            argon2__parallelism=settings.argon2_parallelism,
            bcrypt__default_rounds=BCRYPT_ROUNDS,
        )
        self._expects_bcrypt = expects_bcrypt
        self._slots = threading.BoundedSemaphore(HASHES_AT_A_TIME)

    def hash_password(self, password: str) -> str:
        """The argon2id hash in PHC string format."""
        with self._slots:
            return self._context.hash(password)

    def verify_password(self, password: str, password_hash: str) -> str | None:
        """Raise `InvalidCredentials` unless the password is the right one.

        Returns a hash to store in place of `password_hash` when that was made with other parameters than today's, else None.
        """
        if len(password) > MAX_PASSWORD_SIZE:
            raise InvalidCredentials  # nobody can have chosen it
        try:
            if _is_bcrypt(password_hash):
                return self._verify_bcrypt(password, password_hash)
            return self._verify_argon2(password, password_hash)
        except (PasswordSizeError, PasswordValueError, UnicodeEncodeError):
            raise InvalidCredentials from None  # nor that: half of a character, or in bcrypt's case a NUL

    def refuse_unknown_user(self, password: str) -> NoReturn:
        """Take as long as a wrong password does, then raise `InvalidCredentials`: time must not tell who has an account."""
        self.verify_password(password, self._dummy_hash)
        raise InvalidCredentials

    def _verify_argon2(self, password: str, password_hash: str) -> str | None:
        with self._slots:
            is_right, replacement = self._context.verify_and_update(password, password_hash)
        if is_right:
            return replacement
        if self._expects_bcrypt():
            self._compare_bcrypt(password, self._dummy_bcrypt_hash)
        raise InvalidCredentials

    def _verify_bcrypt(self, password: str, password_hash: str) -> str:
        """From here on all of the password counts, and not only as much of it as bcrypt looks at.

        It is hashed before it is compared, lest what bcrypt cannot compare be refused sooner than an unknown user is.
        """
        replacement = self.hash_password(password)
        if not self._compare_bcrypt(password, password_hash):
            raise InvalidCredentials
        return replacement

    def _compare_bcrypt(self, password: str, password_hash: str) -> bool:
        with self._slots:
            return self._context.verify(password.encode()[:BCRYPT_MAXIMUM_BYTES], password_hash)

    @cached_property
    def _dummy_hash(self) -> str:
        return self.hash_password(secrets.token_urlsafe(32))

    @cached_property
    def _dummy_bcrypt_hash(self) -> str:
        with self._slots:
            return self._context.handler("bcrypt").hash(secrets.token_urlsafe(32))


def _is_bcrypt(password_hash: str) -> bool:
    return password_hash.startswith("$2")
