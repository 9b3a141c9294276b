"""What many tutorials build, small and running: one refresh token for each user, which is read, compared and then overwritten.

It has a database of its own, in memory. It is here to be compared with, and nothing else may use it.
"""

import asyncio
import secrets
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import jwt

LIFETIME = timedelta(minutes=15)
USER = "user"


class NaivePair(NamedTuple):
    """An access token that nobody looks up, and the random text in the user's row."""

    access_token: str
    refresh_token: str


class NaiveServer:
    """One user."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._db = sqlite3.connect(":memory:")
        self._db.execute("CREATE TABLE user (name TEXT PRIMARY KEY, roles TEXT, disabled INTEGER, refresh_token TEXT)")
        self._db.execute("INSERT INTO user VALUES (?, '', 0, NULL)", (USER,))

    def log_in(self) -> NaivePair:
        """The pair of whoever has logged in last."""
        return self._give()

    async def refresh(self, refresh_token: str) -> NaivePair | None:
        """Read, compare, overwrite. Between reading and writing, other requests have their turn."""
        (stored,) = self._db.execute("SELECT refresh_token FROM user").fetchone()
        await asyncio.sleep(0)
        return self._give() if stored == refresh_token else None

    def read(self, access_token: str, *, now: datetime | None = None) -> str | None:
        """The roles in the token, or None if it is forged or has expired. The database is not asked."""
        try:
            claims = jwt.decode(access_token, self._key, algorithms=["HS256"], options={"verify_exp": False, "verify_iat": False})
        except jwt.InvalidTokenError:
            return None
        return claims["roles"] if claims["exp"] > (now or datetime.now(UTC)).timestamp() else None

    def set_roles(self, roles: str) -> None:
        """From now on in new tokens."""
        self._db.execute("UPDATE user SET roles = ?", (roles,))

    def disable(self) -> None:
        """No pair is exchanged any more."""
        self._db.execute("UPDATE user SET disabled = 1, refresh_token = NULL")

    def sign_out(self) -> None:
        """The same, until the next login."""
        self._db.execute("UPDATE user SET refresh_token = NULL")

    def expire(self, pair: NaivePair) -> NaivePair:
        """The same pair, with an access token that has expired."""
        return NaivePair(self._token(datetime.now(UTC) - 2 * LIFETIME), pair.refresh_token)

    def close(self) -> None:
        """The database is gone."""
        self._db.close()

    def _give(self) -> NaivePair:
        refresh_token = secrets.token_urlsafe(32)
        self._db.execute("UPDATE user SET refresh_token = ?", (refresh_token,))
        return NaivePair(self._token(datetime.now(UTC)), refresh_token)

    def _token(self, now: datetime) -> str:
        (roles,) = self._db.execute("SELECT roles FROM user").fetchone()
        claims = {"sub": USER, "roles": roles, "iat": int(now.timestamp()), "exp": int((now + LIFETIME).timestamp())}
        return jwt.encode(claims, self._key, algorithm="HS256")
