"""Password hashing: argon2id through passlib's API. At most one hash per core is computed at a time.

Users who were imported with a bcrypt hash (`python -m rxapp users import-local-auth`) get an argon2id hash at their first login.
"""

import os
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import NoReturn

from passlib.context import CryptContext
from passlib.exc import PasswordSizeError, PasswordValueError
from passlib.utils import MAX_PASSWORD_SIZE

from rxapp.auth.core.errors import InvalidCredentials
from rxapp.auth.core.passwords.unicode_forms import hashed_form, possible_forms
from rxapp.auth.core.settings.settings import Settings

HASHES_AT_A_TIME = os.cpu_count() or 1
"""More would not be faster, and each needs `argon2_memory_kib` of memory while it runs."""

BCRYPT_MAXIMUM_BYTES = 72
"""bcrypt ignores all further bytes. Before version 5 it cut them off silently, so a hash may belong to a longer password."""

BCRYPT_ROUNDS = 12
"""log2 of the iterations. It is the default of `bcrypt.gensalt()`, which reflex-local-auth uses."""


class PasswordHasher:
    """Hashes and verifies passwords. Threads may share one instance. A thread waits while all cores are hashing.

    `expects_bcrypt` returns whether some users may still have a bcrypt hash. While it does, every wrong password costs one hash
    of each kind. Otherwise the timing would reveal which users were imported, and so who has an account.
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
        """The argon2id hash in PHC string format, of the password's `hashed_form`."""
        with self._slots:
            return self._context.hash(hashed_form(password))

    def verify_password(self, password: str, password_hash: str) -> str | None:
        """Raise `InvalidCredentials` if the password is wrong.

        If the hash was made with older parameters, or of another form of the password than its `hashed_form`, returns a new hash
        to store in place of `password_hash`; else None.
        """
        if len(password) > MAX_PASSWORD_SIZE:
            raise InvalidCredentials  # no user can have chosen it
        *others, last = possible_forms(password)
        for form in others:
            with suppress(InvalidCredentials):
                return self._verify_form(form, password_hash)
        return self._verify_form(last, password_hash)

    def _verify_form(self, password: str, password_hash: str) -> str | None:
        try:
            if _is_bcrypt(password_hash):
                return self._verify_bcrypt(password, password_hash)
            return self._verify_argon2(password, password_hash)
        except (PasswordSizeError, PasswordValueError, UnicodeEncodeError):
            raise InvalidCredentials from None  # nor this: half of a surrogate pair, or with bcrypt a NUL

    def refuse_unknown_user(self, password: str) -> NoReturn:
        """Take as long as for a wrong password, then raise `InvalidCredentials`: timing must not reveal who has an account."""
        self.verify_password(password, self._dummy_hash)
        raise InvalidCredentials

    def _verify_argon2(self, password: str, password_hash: str) -> str | None:
        with self._slots:
            is_right, replacement = self._context.verify_and_update(password, password_hash)
        if is_right:
            return replacement if password == hashed_form(password) else self.hash_password(password)
        if self._expects_bcrypt():
            self._compare_bcrypt(password, self._dummy_bcrypt_hash)
        raise InvalidCredentials

    def _verify_bcrypt(self, password: str, password_hash: str) -> str | None:
        """The argon2id hash of the password. None if the password is longer than what bcrypt reads.

        Of such a password nobody knows whether its end is right. Its hash would lock the owner out if the end had a typing error.
        Hash first, so that timing does not reveal bcrypt users: bcrypt refuses some passwords at once.
        """
        replacement = self.hash_password(password)
        if not self._compare_bcrypt(password, password_hash):
            raise InvalidCredentials
        return replacement if len(password.encode()) <= BCRYPT_MAXIMUM_BYTES else None

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
