"""Pending logins: a client holds one between two stages. `rxl1_` + base64url(facts ‖ MAC), computed and never stored.

A pending login is valid for ten minutes, for the stage that it names, and for the client whose key it names. Its MAC covers the
user's password hash and nonce, like that of a set-password link. So setting a password ends all pending logins of the user.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import AuthError, OtherDevice
from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.keys.key_ring import KeyRing
from rxapp.auth.core.login.stages import LoginAttempt

PREFIX = "rxl1_"
"""Names the format. Secret scanners find a leaked pending login by it."""

LIFETIME = timedelta(minutes=10)
"""Enough time to choose a password or to fetch a device. A person who needs longer logs in again."""

MAXIMUM_LENGTH = 8_192
_MAC_BYTES = 32
_NONCE_BYTES = 16


class PendingLoginEnded(AuthError):
    """The pending login is too old, was never issued, or the account has changed since."""

    code = "login_expired"
    message = "That took too long, or your account has changed meanwhile. Please log in again."


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """The facts in a pending login. Only `PendingLogins.verify` shows that they are genuine.

    `owed` names the stages that were due at the beginning of the login and are not completed. `began_at` is its first proof.
    `nonce` makes each another text: from it, secrets of this login are computed. `notes` are those of the attempt.
    """

    user_id: UUID
    stage: str
    amr: tuple[str, ...]
    device_key: str | None
    owed: tuple[str, ...]
    began_at: datetime
    expires_at: datetime
    nonce: str
    notes: Mapping[str, str]

    @classmethod
    def parse(cls, token: str) -> tuple["PendingLogin", bytes, bytes]:
        """The facts, the bytes that the MAC covers, and the MAC. Raises `PendingLoginEnded`."""
        try:
            if len(token) > MAXIMUM_LENGTH or not token.startswith(PREFIX):
                raise PendingLoginEnded
            encoded = token.removeprefix(PREFIX)
            raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars="-_", validate=True)
            body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
            return cls._read(json.loads(body)), body, mac
        except (binascii.Error, ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError) as error:
            raise PendingLoginEnded from error

    @classmethod
    def _read(cls, facts: Any) -> "PendingLogin":
        user_id, stage, device_key, nonce = facts["sub"], facts["stage"], facts["jkt"], facts["jti"]
        if not all(isinstance(text, str) for text in (user_id, stage, nonce)) or not isinstance(device_key, str | None):
            raise PendingLoginEnded
        amr, owed, began_at, expires_at = (
            _names(facts["amr"]),
            _names(facts["owed"]),
            _moment(facts["iat"]),
            _moment(facts["exp"]),
        )
        return cls(UUID(user_id), stage, amr, device_key, owed, began_at, expires_at, nonce, _notes(facts.get("notes", {})))

    def require_client(self, device_key: str | None) -> None:
        """Raise `OtherDevice` unless the client has proved the key to which this login is bound, if it is to one."""
        if self.device_key not in (None, device_key):
            raise OtherDevice

    def encode(self) -> bytes:
        """What `parse` reads."""
        facts: dict[str, Any] = {
            "sub": str(self.user_id),
            "stage": self.stage,
            "amr": self.amr,
            "jkt": self.device_key,
            "owed": self.owed,
        }
        facts |= {"jti": self.nonce, "iat": int(self.began_at.timestamp()), "exp": int(self.expires_at.timestamp())}
        if self.notes:
            facts["notes"] = dict(self.notes)
        return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()


def is_bound(pending_login: str) -> bool:
    """Whether only the client that has begun this login can go on with it. For a pending login that was just issued."""
    return PendingLogin.parse(pending_login)[0].device_key is not None


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise PendingLoginEnded
    return tuple(value)


def _notes(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise PendingLoginEnded
    return value


def _moment(seconds: Any) -> datetime:
    if type(seconds) is not int:
        raise PendingLoginEnded
    return datetime.fromtimestamp(seconds, UTC)


class PendingLogins:
    """Issues and verifies pending logins. Threads share one instance."""

    def __init__(self, key_ring: KeyRing, clock: Clock) -> None:
        self._key_ring = key_ring
        self._clock = clock

    def issue(self, attempt: LoginAttempt, stage: str, device_key: str | None, began_at: datetime) -> tuple[str, datetime]:
        """A pending login for that stage, and its expiry."""
        user, expires_at = attempt.user, self._clock() + LIFETIME
        nonce = secrets.token_urlsafe(_NONCE_BYTES)
        pending = PendingLogin(user.id, stage, attempt.amr, device_key, attempt.owed, began_at, expires_at, nonce, attempt.notes)
        body = pending.encode()
        raw = body + _mac(self._key_ring.signer().keys, body, user)
        return PREFIX + base64.urlsafe_b64encode(raw).decode().rstrip("="), pending.expires_at

    def verify(self, pending: PendingLogin, body: bytes, mac: bytes, user: User | None) -> User:
        """The user that logs in. Raises `PendingLoginEnded`."""
        if user is None or user.disabled_at is not None or pending.expires_at <= self._clock():
            raise PendingLoginEnded
        try:
            self._key_ring.require_any(lambda keys: hmac.compare_digest(mac, _mac(keys, body, user)))
        except AuthError as error:
            raise PendingLoginEnded from error
        return user


def _mac(keys: Keys, body: bytes, user: User) -> bytes:
    bound_to = f"{user.password_hash}\0{user.link_nonce}\0".encode()
    return hmac.digest(keys.pending_login_key, bound_to + body, hashlib.sha256)
