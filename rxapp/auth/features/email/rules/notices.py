"""Notices: messages about what has happened to an account, each stored in the transaction in which it happens."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from rxapp.auth.core.audit.events import EventKind, Follower, RecordedEvent
from rxapp.auth.core.database.tables import AuthSession, AuthTable
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.email.rules import addresses, outbox, proof_rows
from rxapp.auth.features.email.rules.proof_rows import Purpose
from rxapp.auth.features.email.rules.recovery import where

NOTICE, MORE = "notice", "more_notices"
"""The kinds of messages: about one event, and that there are more."""

NEW_DEVICE = "new_device"
"""The notice about a log-in on a device that the account has not seen. It is a kind of its own, because it is limited."""

NEW_DEVICES_AN_HOUR = 10
"""Of one account. After so many, one message says that there are more. All other notices are always sent: otherwise a thief with
the password could hide a change behind log-ins.
"""

TOLD = frozenset(
    {
        EventKind.PASSWORD_CHANGED,
        EventKind.PASSWORD_SET,
        EventKind.TOKEN_REUSED,
        EventKind.SECOND_FACTOR_RESET,
        EventKind.USER_DELETED,
        "second_factor_added",
        "second_factor_removed",
        "recovery_codes_made",
        "recovery_code_used",
        "passkey_added",
        "passkey_removed",
        "passkey_not_asked_for",
        "password_removed",
        "provider_linked",
        "provider_unlinked",
    }
)
"""The kinds of events that are told. A changed address is told to the old one (`own_address`)."""

_JUST_CONFIRMED = timedelta(hours=1)
"""Whoever logs in for the first time so soon after their first address is the one who was invited there."""

_MAY_BE_TOLD = TOLD | {NEW_DEVICE}

_session = AuthTable.metadata.tables[AuthSession.__tablename__]
_OTHERS = (_session.c.user_id == bindparam("owner"), _session.c.id != bindparam("this"))
_THIS = select(_session.c.device_key_thumbprint, _session.c.device).where(_session.c.id == bindparam("this"))
_ANY_BEFORE = select(_session.c.id).where(*_OTHERS).limit(1)
_WITH_KEY = select(_session.c.id).where(*_OTHERS, _session.c.device_key_thumbprint == bindparam("key")).limit(1)
_ON_DEVICE = (
    select(_session.c.id)
    .where(*_OTHERS, _session.c.device == bindparam("device"), _session.c.device_key_thumbprint.is_(None))
    .limit(1)
)


def follow_events(service: AuthService) -> Follower:
    """Queues a notice for each event that a person must hear of, if they have an address."""
    left_out = frozenset(service.settings.email_notices_left_out)

    def follow(db: Connection, event: RecordedEvent) -> None:
        told = NEW_DEVICE if event.kind == EventKind.LOGIN else event.kind
        if told not in _MAY_BE_TOLD or told in left_out or event.user_id is None:
            return
        address = addresses.address_of(db, event.user_id)
        if address and (told != NEW_DEVICE or _is_new_device(db, event.user_id, event)):
            _queue(db, told, event, event.user_id, address)

    return follow


def _is_new_device(db: Connection, owner: UUID, event: RecordedEvent) -> bool:
    """Whether the user has had no session there lately. The log-in that follows the first address, by invitation, is theirs.

    A browser is known by its key. A client without one is known by what it calls itself, and never as a browser that has one.
    """
    facts: dict[str, Any] = {"owner": owner, "this": event.session_id}
    key, device = db.execute(_THIS, {"this": event.session_id}).one()
    if db.execute(_ANY_BEFORE, facts).first() is None:
        return addresses.confirmed_at(db, owner) < event.occurred_at - _JUST_CONFIRMED
    known = db.execute(_WITH_KEY, facts | {"key": key}) if key else db.execute(_ON_DEVICE, facts | {"device": device})
    return known.first() is None


def _queue(db: Connection, told: str, event: RecordedEvent, user_id: UUID, address: str) -> None:
    kind, an_hour_ago = NOTICE, event.occurred_at - timedelta(hours=1)
    if told == NEW_DEVICE:
        kind = NEW_DEVICE if outbox.count_of_user(db, user_id, NEW_DEVICE, an_hour_ago) < NEW_DEVICES_AN_HOUR else MORE
    if kind == MORE and outbox.count_of_user(db, user_id, MORE, an_hour_ago):
        return
    now, proof_id = event.occurred_at, None
    if event.kind != EventKind.USER_DELETED:  # the row of the user takes its proofs with it
        proof_id = proof_rows.add(db, Purpose.DISOWN, address, event.client, now, user_id=user_id)
    facts = where(event.client, now) | {"event": told, "by": "other" if event.actor_id else ""}
    outbox.queue(db, kind, address, now, user_id=user_id, proof_id=proof_id, facts=facts)
