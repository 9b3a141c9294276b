"""Replaces the caller's session with a new one that only its true holder has.

A session that is bound to no key may have a second holder: a thief who has copied its tokens. To the server the two
are the same, but only the true holder knows the password. The one who gives it gets a new session, and the old one ends for both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.tables import AuthSession, User
from rxapp.auth.core.errors import RevocationReason
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.sessions import statements as sessions
from rxapp.auth.core.sessions.issuing import Issuing
from rxapp.auth.core.sessions.revocation import end_session, end_sessions_of
from rxapp.auth.core.sessions.rotation import require_active
from rxapp.auth.core.sessions.rows import StoredSession
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.core.tokens.token_pair import TokenPair, issue_pair


@dataclass(frozen=True, slots=True)
class Replacement:
    """The new session: its token `pair`, which is bound to the holder's key if `is_bound`, and the holder's `identity`.

    `replaced` is the id of the old session. `others` are the user's sessions that ended together with it.
    """

    pair: TokenPair
    identity: Identity
    is_bound: bool
    replaced: UUID
    others: list[UUID]


@dataclass(frozen=True, slots=True)
class PreparedSession:
    """A session that is not stored yet, and its first token pair."""

    session: AuthSession = field(repr=False)
    pair: TokenPair
    identity: Identity
    replaced: UUID


class Replacements:
    """Prepares the new session before the transaction, and replaces the old one in the transaction."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        *,
        issuing: Issuing,
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._access_tokens = issuing.access_tokens
        self._refresh_tokens = issuing.refresh_tokens
        self._binding = issuing.binding

    def is_bound(self, identity: Identity) -> bool:
        """Whether the caller's session is bound to a key, so that a copy of its tokens is useless."""
        return self._callers_session(identity).device_key_thumbprint is not None

    def prepare(
        self,
        identity: Identity,
        user: User,
        client: Client,
        amr: Sequence[str],
        *,
        expires_at: datetime | None = None,
        authenticated_at: datetime | None = None,
    ) -> PreparedSession:
        """A session like one after a login, or with the times of another. It is bound to the key of the caller's session.

        If that has no key, the new one is bound to the key that `client` has proved. Raises `DeviceKeyRequired` if sessions must
        be bound and there is no key, and `InvalidToken` if the caller's session is gone.
        """
        key = self._binding.key_for_replacement(self._callers_session(identity), client)
        session = sessions.new_session(user.id, client, key, self._clock(), self._settings.session_lifetime, amr=amr)
        session.expires_at = expires_at or session.expires_at
        session.authenticated_at = authenticated_at or session.authenticated_at
        # Issuing may load keys. It is done before the transaction, so that nothing has changed if it fails.
        pair = issue_pair(self._access_tokens, self._refresh_tokens, session, user, session.generation)
        return PreparedSession(session, pair, _identity_of(session, user), identity.session_id)

    def put_in_place(
        self, db: Session, new: PreparedSession, reason: RevocationReason, client: Client, *, ends_others: bool
    ) -> Replacement:
        """End the old session, with `ends_others` also the user's other sessions, and store the new one.

        Raises `SessionEnded` if the old session has ended meanwhile: the password does not revive an ended session.
        """
        connection, now, user_id = db.connection(), self._clock(), new.session.user_id
        if ends_others:
            ended = end_sessions_of(connection, user_id, reason, now, client=client)
        else:
            has_ended = end_session(connection, new.replaced, reason, now, ends_trust=False, client=client)
            ended = [new.replaced] if has_ended else []
        if new.replaced not in ended:
            require_active(sessions.get(connection, new.replaced), now, self._settings)
        db.add(new.session)
        db.flush()
        facts: dict[str, Any] = {"user_id": user_id, "session_id": new.session.id, "client": client}
        events.record(connection, EventKind.SESSION_REPLACED, now, detail=str(new.replaced), **facts)
        others = [session_id for session_id in ended if session_id != new.replaced]
        is_bound = new.session.device_key_thumbprint is not None
        return Replacement(new.pair, new.identity, is_bound, new.replaced, others)

    def _callers_session(self, identity: Identity) -> StoredSession:
        with self._database.connect(pings=False) as db:
            return sessions.get(db, identity.session_id)


def _identity_of(session: AuthSession, user: User) -> Identity:
    times, proofs = (session.authenticated_at, session.expires_at), tuple(session.amr.split())
    return Identity(user.id, session.id, user.user_name, frozenset(user.roles), *times, proofs, user.display_name)
