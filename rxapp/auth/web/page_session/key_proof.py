"""What a connection has proved of the device's key, and when the browser is asked for a proof."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.core.tokens.claims import AccessClaims

FRESH_FOR = timedelta(seconds=50)
"""A rotation needs a proof no older than this; the protocol's own limit is `MAXIMUM_AGE` in `core/dpop/proof.py`."""

SOON = timedelta(seconds=10)
"""An access token that expires within this time may be rotated by the event that is about to run."""

PATIENCE = timedelta(seconds=15)
"""If the browser has not answered within this time, its next event asks it again."""


def is_bound(claims: AccessClaims | None) -> bool:
    """Whether the session of these claims is bound to a key."""
    return claims is not None and claims.device_key_thumbprint is not None


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the browser was asked to sign, and when."""

    text: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class KeyProof:
    """The key that a connection has proved, or the session that failed the challenge. It ends with the connection."""

    key: ProvedKey | None = None
    proved_at: datetime | None = None
    has_answered: bool = False
    failed_for: UUID | None = None
    challenge: Challenge | None = None

    def is_needed(self, claims: AccessClaims | None, now: datetime, *, signs_in: bool) -> bool:
        """Whether an event must wait until the key is proved. `claims` are those of the current access token, or None.

        It must wait before a connection first uses stored tokens, before it rotates them, and before a session begins.
        """
        if claims is None or not is_bound(claims):
            return signs_in and not self.has_answered
        if self.key is None or self.key.thumbprint != claims.device_key_thumbprint:
            return self.failed_for != claims.session_id
        return claims.expires_at <= now + SOON and (self.proved_at is None or now > self.proved_at + FRESH_FOR)

    def is_asked(self, now: datetime) -> bool:
        """Whether the browser was asked and may still answer."""
        return self.challenge is not None and now <= self.challenge.asked_at + PATIENCE

    def asked(self, text: str, now: datetime) -> "KeyProof":
        """After the browser was asked to sign `text`."""
        return replace(self, challenge=Challenge(text, now))

    def answered(self, key: ProvedKey | None, claims: AccessClaims | None, now: datetime) -> "KeyProof":
        """After the browser has proved `key`, or has shown that it has none."""
        failed = key is None or (claims is not None and claims.device_key_thumbprint not in (None, key.thumbprint))
        return KeyProof(
            key=key,
            proved_at=now if key is not None else None,
            has_answered=True,
            failed_for=claims.session_id if failed and claims is not None else None,
        )


NO_KEY_SHOWN = KeyProof()
"""For a new connection."""
