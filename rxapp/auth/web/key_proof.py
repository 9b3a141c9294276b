"""What a page's connection has shown of the device's key, and when it is asked for it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from rxapp.auth.access_claims import AccessClaims
from rxapp.auth.device_keys import ProvedKey

FRESH_FOR = timedelta(seconds=50)
"""A rotation needs a proof no older than this; the protocol's own limit is `dpop_proofs.MAXIMUM_AGE`."""

SOON = timedelta(seconds=10)
"""An access token that expires within this time may be rotated by the event that is about to run."""

PATIENCE = timedelta(seconds=15)
"""A browser that has not answered after this time is asked anew at its next event."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a connection was asked to sign, when, and for tokens of which session if it had any."""

    connection: str
    text: str
    asked_at: datetime
    session_id: UUID | None


@dataclass(frozen=True, slots=True)
class KeyProof:
    """The key proved on `connection`, for whatever comes over it; or the session whose key was asked for there in vain."""

    connection: str = ""
    key: ProvedKey | None = None
    proved_at: datetime | None = None
    failed_for: tuple[str, UUID] | None = None
    challenge: Challenge | None = None

    def key_on(self, connection: str) -> ProvedKey | None:
        """The key proved on this very connection."""
        return self.key if self.connection == connection else None

    def is_needed(self, connection: str, claims: AccessClaims | None, now: datetime, *, signs_in: bool) -> bool:
        """Whether an event has to wait until the key is proved. `claims` are those of the access token at hand, if it has any.

        It has to before stored tokens are first used on a connection, before they are rotated, and before a session begins.
        """
        if claims is None or claims.device_key_thumbprint is None:
            return signs_in and self.connection != connection
        key = self.key_on(connection)
        if key is None or key.thumbprint != claims.device_key_thumbprint:
            return self.failed_for != (connection, claims.session_id)
        return claims.expires_at <= now + SOON and (self.proved_at is None or now > self.proved_at + FRESH_FOR)

    def is_asked(self, connection: str, now: datetime) -> bool:
        """Whether an answer of this connection is to be waited for."""
        asked = self.challenge
        return asked is not None and asked.connection == connection and now <= asked.asked_at + PATIENCE

    def asked(self, connection: str, text: str, claims: AccessClaims | None, now: datetime) -> "KeyProof":
        """After this connection was asked to sign `text`."""
        return replace(self, challenge=Challenge(connection, text, now, claims.session_id if claims else None))

    def answered(self, connection: str, key: ProvedKey | None, claims: AccessClaims | None, now: datetime) -> "KeyProof":
        """After this connection has proved `key`, or has shown that it has none."""
        failed = key is None or (claims is not None and claims.device_key_thumbprint not in (None, key.thumbprint))
        return KeyProof(
            connection=connection,
            key=key,
            proved_at=now if key is not None else None,
            failed_for=(connection, claims.session_id) if failed and claims is not None else None,
        )
