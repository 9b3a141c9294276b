"""Passwords: argon2id through passlib's API, at most as many hashes at a time as there are cores."""

import os
import secrets
import threading
from functools import cached_property
from typing import NoReturn

from passlib.context import CryptContext
from passlib.exc import PasswordSizeError

from rxapp.auth.errors import InvalidCredentials
from rxapp.auth.settings import Settings

HASHES_AT_A_TIME = os.cpu_count() or 1
"""More would be no faster, and each takes `argon2_memory_kib` of memory while it runs."""


class PasswordHasher:
    """Hashes and verifies. Threads may share one; those that come while all cores are hashing wait their turn."""

    def __init__(self, settings: Settings) -> None:
        self._context = CryptContext(
            schemes=["argon2"],
            argon2__type="ID",
            argon2__memory_cost=settings.argon2_memory_kib,
            argon2__time_cost=settings.argon2_time_cost,
            argon2__parallelism=settings.argon2_parallelism,
        )
        self._turn = threading.BoundedSemaphore(HASHES_AT_A_TIME)

    def hash_password(self, password: str) -> str:
        """The argon2id hash in PHC string format."""
        with self._turn:
            return self._context.hash(password)

    def verify_password(self, password: str, password_hash: str) -> str | None:
        """Raise `InvalidCredentials` unless the password is the right one.

        Returns a hash to store in place of `password_hash` when that was made with other parameters than today's, else None.
        """
        try:
            with self._turn:
                is_right, replacement = self._context.verify_and_update(password, password_hash)
        except (PasswordSizeError, UnicodeEncodeError):
            raise InvalidCredentials from None  # nobody can have chosen it: over 4096 characters, or half of one
        if not is_right:
            raise InvalidCredentials
        return replacement

    def refuse_unknown_user(self, password: str) -> NoReturn:
        """Take as long as a wrong password does, then raise `InvalidCredentials`: time must not tell who has an account."""
        self.verify_password(password, self._nobodys_hash)
        raise InvalidCredentials

    @cached_property
    def _nobodys_hash(self) -> str:
        return self.hash_password(secrets.token_urlsafe(32))
