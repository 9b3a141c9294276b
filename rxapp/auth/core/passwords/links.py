"""One-time links for setting a password. The token is `rxp1_` + base64url(user id ‖ expiry ‖ MAC); it is never stored.

The MAC covers the user's current password hash and a nonce of the user. A link works once, because setting a password changes the
hash. Every other action that must end a link changes the nonce (`end_links`). Neither the database nor the server key alone is
enough to make a link.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, update

from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.tables import AuthTable, User
from rxapp.auth.core.errors import InvalidToken
from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.keys.key_ring import KeyRing
from rxapp.auth.core.settings.settings import Settings

_NONCE_BYTES = 16
"""128 random bits: nobody can guess the nonce and make a link for it."""

PREFIX = "rxp1_"
"""It names the format, and secret scanners can find a leaked link by it."""

_user = AuthTable.metadata.tables[User.__tablename__]
_END_LINKS = update(_user).where(_user.c.id == bindparam("of")).values(link_nonce=bindparam("nonce"))

_USER_ID_BYTES = 16
_EXPIRY_BYTES = 8
_MAC_BYTES = 32
_TOKEN_BYTES = _USER_ID_BYTES + _EXPIRY_BYTES + _MAC_BYTES
_ENCODED_LENGTH = (_TOKEN_BYTES * 8 + 5) // 6


@dataclass(frozen=True, slots=True)
class PresentedLink:
    """A parsed token of a link. It proves nothing until `PasswordLinks.verify` accepts it."""

    user_id: UUID
    expires_at: datetime
    mac: bytes = field(repr=False)

    @classmethod
    def parse(cls, token: str) -> "PresentedLink":
        """Parse a token, or raise `InvalidToken`. Each token has exactly one valid encoding."""
        if not isinstance(token, str) or len(token) != len(PREFIX) + _ENCODED_LENGTH:
            raise InvalidToken
        try:
            raw = base64.urlsafe_b64decode(token.removeprefix(PREFIX) + "=" * (-_ENCODED_LENGTH % 4))
            if _encode(raw) != token:
                raise InvalidToken
            seconds = int.from_bytes(raw[_USER_ID_BYTES:-_MAC_BYTES], "big")
            return cls(UUID(bytes=raw[:_USER_ID_BYTES]), datetime.fromtimestamp(seconds, UTC), raw[-_MAC_BYTES:])
        except (binascii.Error, ValueError, OverflowError, OSError) as error:
            raise InvalidToken from error


class PasswordLinks:
    """Issues and verifies the tokens of set-password links."""

    def __init__(self, settings: Settings, key_ring: KeyRing, clock: Clock) -> None:
        self._lifetime = settings.password_link_lifetime
        self._key_ring = key_ring
        self._clock = clock

    def issue(self, user: User) -> str:
        """A token that sets the user's password once, within `password_link_lifetime`."""
        expires_at = int((self._clock() + self._lifetime).timestamp())
        body = user.id.bytes + expires_at.to_bytes(_EXPIRY_BYTES, "big")
        return _encode(body + _mac(self._key_ring.signer().keys, body, user))

    def require_valid(self, presented: PresentedLink, user: User | None) -> User:
        """The user whose password the link may set. Raises `InvalidToken`, also if the user is disabled or deleted."""
        if user is None or user.disabled_at is not None:
            raise InvalidToken
        self.verify(presented, user)
        return user

    def verify(self, presented: PresentedLink, user: User) -> None:
        """Raise `InvalidToken` unless this server made the link, nothing has ended it, and it has not expired."""
        body = presented.user_id.bytes + int(presented.expires_at.timestamp()).to_bytes(_EXPIRY_BYTES, "big")
        self._key_ring.require_any(lambda keys: hmac.compare_digest(presented.mac, _mac(keys, body, user)))
        if presented.expires_at <= self._clock():
            raise InvalidToken


def end_links(user: User) -> None:
    """End all links of the user, and all logins that are pending. It takes effect when the row is stored."""
    user.link_nonce = secrets.token_urlsafe(_NONCE_BYTES)


def end_links_of(db: Connection, user_id: UUID) -> None:
    """The same, now. The caller has locked the user."""
    db.execute(_END_LINKS, {"of": user_id, "nonce": secrets.token_urlsafe(_NONCE_BYTES)})


def _mac(keys: Keys, body: bytes, user: User) -> bytes:
    # A user without a nonce gets the MAC of older releases: a link that was sent before the upgrade stays valid.
    bound_to = "\0".join(filter(None, (user.password_hash, user.link_nonce)))
    return hmac.digest(keys.password_link_key, body + bound_to.encode(), hashlib.sha256)


def _encode(raw: bytes) -> str:
    return PREFIX + base64.urlsafe_b64encode(raw).decode().rstrip("=")
