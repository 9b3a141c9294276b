"""The statements on `auth_mailed_proof`."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, cast
from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, func, insert, select, update

from rxapp.auth.core.database.mail_tables import MailedProof
from rxapp.auth.core.database.tables import AuthTable, User
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.identity.proved_key import base64url
from rxapp.auth.core.login.email_errors import MailedProofEnded

CODE_LIFETIME = timedelta(minutes=10)
TRIES = 5
"""For one message. ASVS 6.5: a code of six digits is good for ten minutes and few attempts."""

_SALT_BYTES = 16


class Purpose(StrEnum):
    """What a proof is good for."""

    CONFIRM = "confirm"
    RESET = "reset"
    LOGIN = "login"
    STEP_UP = "step_up"
    INVITE = "invite"
    UNDO = "undo"
    DISOWN = "disown"


LIFETIMES = {
    Purpose.CONFIRM: timedelta(days=1),
    Purpose.RESET: timedelta(minutes=30),
    Purpose.LOGIN: CODE_LIFETIME,
    Purpose.STEP_UP: CODE_LIFETIME,
    Purpose.INVITE: timedelta(days=7),
    Purpose.UNDO: timedelta(days=7),
    Purpose.DISOWN: timedelta(days=7),
}

_END_WITH_SECRETS = frozenset(Purpose) - {Purpose.UNDO, Purpose.DISOWN}
"""What lets somebody in, and what makes a mailbox good for that. The others are against whoever has got in."""

HAVE_CODES = frozenset({Purpose.CONFIRM, Purpose.RESET, Purpose.LOGIN, Purpose.STEP_UP})
"""The others are for whoever reads the mail somewhere else, perhaps days later."""

_proof = AuthTable.metadata.tables[MailedProof.__tablename__]
_user = AuthTable.metadata.tables[User.__tablename__]
_SECRETS = select(_user.c.password_hash, _user.c.link_nonce).where(_user.c.id == bindparam("of"))
NOBODY = UUID(int=0)
_NEW = insert(_proof)
_FIND = select(_proof).where(_proof.c.id == bindparam("of"))
_IS_GOOD = (_proof.c.spent_at.is_(None), _proof.c.expires_at > bindparam("now"))
_SPEND = update(_proof).where(_proof.c.id == bindparam("of"), *_IS_GOOD).values(spent_at=bindparam("now"))
_SPEND_ALL = (
    update(_proof)
    .where(
        _proof.c.user_id == bindparam("owner"),
        _proof.c.purpose == bindparam("for_what"),
        _proof.c.created_at >= bindparam("since"),
        _proof.c.spent_at.is_(None),
    )
    .values(spent_at=bindparam("now"))
)
_INVITATIONS = (
    select(_proof)
    .where(_proof.c.purpose == Purpose.INVITE, _proof.c.spent_at.is_(None), func.lower(_proof.c.address) == bindparam("key"))
    .order_by(_proof.c.created_at.desc())
)
_TRY = update(_proof).where(_proof.c.id == bindparam("of"), _proof.c.tries < TRIES, *_IS_GOOD).values(tries=_proof.c.tries + 1)


class StoredProof(Protocol):
    """A row of `auth_mailed_proof`. It is only read."""

    id: UUID
    purpose: str
    user_id: UUID | None
    address: str
    counted_as: str
    tries: int
    salt: bytes
    bound_to: str
    session_id: UUID | None
    device_key_thumbprint: str | None
    device: str
    network: str
    created_at: datetime
    expires_at: datetime
    spent_at: datetime | None


def add(
    db: Connection,
    purpose: Purpose,
    address: str,
    client: Client,
    now: datetime,
    *,
    user_id: UUID | None = None,
    session_id: UUID | None = None,
    counted_as: str = "",
) -> UUID:
    """Store a new proof. Returns its id, which the browser that asked gets, with a code or without.

    `counted_as` is for which attempts with the code count (`addresses.counted_as`). Empty if no page waits for the code.
    """
    proof_id = uuid4()
    values = {
        "id": proof_id,
        "purpose": purpose,
        "user_id": user_id,
        "address": address,
        "counted_as": counted_as,
        "salt": secrets.token_bytes(_SALT_BYTES),
        "bound_to": _binding(db.execute(_SECRETS, {"of": user_id or NOBODY}).first()) if purpose in _END_WITH_SECRETS else "",
        "session_id": session_id,
        "device_key_thumbprint": client.device_key.thumbprint if client.device_key else None,
        "device": client.describe_device() if client.user_agent else "",
        "network": client.address,
        "tries": 0,
        "created_at": now,
        "expires_at": now + LIFETIMES[purpose],
    }
    db.execute(_NEW, values)
    return proof_id


def find(db: Connection, proof_id: UUID) -> StoredProof | None:
    """The proof with that id, good or not."""
    return cast("StoredProof | None", db.execute(_FIND, {"of": proof_id}).one_or_none())


def invitations_to(db: Connection, mailbox_key: str) -> Sequence[StoredProof]:
    """The invitations to that mailbox that nobody has used, good or not, the newest first."""
    return cast("Sequence[StoredProof]", db.execute(_INVITATIONS, {"key": mailbox_key}).all())


def may_be_tried(proof: StoredProof, now: datetime) -> bool:
    """Whether a code of this proof could still be right."""
    return proof.spent_at is None and proof.tries < TRIES and now < proof.created_at + CODE_LIFETIME


def count_try(db: Connection, proof: StoredProof, now: datetime) -> bool:
    """Count one more code that is tried. False if it must not be compared any more."""
    return now < proof.created_at + CODE_LIFETIME and db.execute(_TRY, {"of": proof.id, "now": now}).rowcount == 1


def spend(db: Connection, proof: StoredProof, now: datetime) -> None:
    """Mark the proof as used, in the transaction of what it is used for. Raises `MailedProofEnded` if it was used meanwhile."""
    if not db.execute(_SPEND, {"of": proof.id, "now": now}).rowcount:
        raise MailedProofEnded


def spend_all(db: Connection, user_id: UUID, purpose: Purpose, now: datetime, *, since: datetime) -> None:
    """End all proofs of the user for that purpose that were made since then."""
    db.execute(_SPEND_ALL, {"owner": user_id, "for_what": purpose, "since": since, "now": now})


def is_good(proof: StoredProof, user: User | None, now: datetime) -> bool:
    """Whether the proof can be used: it was not used, is not too old, and the user is as they were when it was made."""
    if proof.spent_at is not None or proof.expires_at <= now or (user is not None and user.disabled_at is not None):
        return False
    return proof.purpose not in _END_WITH_SECRETS or proof.bound_to == _binding(user)


def _binding(user: Any) -> str:
    """The digest of the secrets of a user, or of a row with them. For nobody it is one that nobody has."""
    secret = f"{user.password_hash}\0{user.link_nonce}" if user is not None else ""
    return base64url(hashlib.sha256(secret.encode()).digest())
