"""The outbox: messages to be sent, each stored in the transaction of what it tells, and who sends them when."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, cast
from uuid import UUID, uuid4

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update

from rxapp.auth.core.audit.signals import MAIL, notify
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.mail_tables import MailedProof, OutgoingMail
from rxapp.auth.core.database.tables import AuthTable
from rxapp.auth.core.features import Pruner
from rxapp.auth.core.settings.settings import Settings

RETRY_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 480))
"""Between the attempts. After the last one the message is given up: an administrator sees it, and may try again."""

LEASE = timedelta(minutes=4)
"""How long a message is its sender's. Any attempt takes less, so nobody else sends it meanwhile."""

SENT_MAIL_RETENTION = timedelta(days=7)
FAILED_MAIL_RETENTION = timedelta(days=30)
PROOF_RETENTION = timedelta(days=1)
_BATCH = 100
_ERROR_LENGTH = 256

mail = AuthTable.metadata.tables[OutgoingMail.__tablename__]
_proof = AuthTable.metadata.tables[MailedProof.__tablename__]

_NEW = insert(mail)
_IS_DUE = and_(mail.c.next_try_at.is_not(None), mail.c.next_try_at <= bindparam("now"))
_DUE = select(mail.c.id).where(_IS_DUE).order_by(mail.c.next_try_at).limit(1)
_CLAIM = (
    update(mail)
    .where(mail.c.id == bindparam("of"), _IS_DUE)
    .values(
        next_try_at=bindparam("until"),
        tries=mail.c.tries + 1,
        uncertain=mail.c.uncertain + mail.c.is_under_way.cast(mail.c.uncertain.type),
        is_under_way=True,
    )
    .returning(mail)
)
_NOTE = update(mail).where(mail.c.id == bindparam("of"), mail.c.next_try_at == bindparam("claimed_until"))
_OF_USER_SINCE = (
    select(func.count())
    .select_from(mail)
    .where(mail.c.user_id == bindparam("owner"), mail.c.kind == bindparam("of_kind"), mail.c.created_at > bindparam("since"))
)
_OLD_MAIL = or_(
    mail.c.sent_at < bindparam("sent_before"),
    mail.c.given_up_at < bindparam("failed_before"),
)
_RETRY = (
    update(mail)
    .where(mail.c.id == bindparam("of"), mail.c.given_up_at.is_not(None))
    .values(given_up_at=None, next_try_at=bindparam("now"), tries=0, is_under_way=False)
)


class StoredMail(Protocol):
    """A row of `auth_outgoing_mail`. It is only read."""

    id: UUID
    kind: str
    user_id: UUID | None
    recipient: str
    proof_id: UUID | None
    facts: dict[str, str]
    created_at: datetime
    next_try_at: datetime | None
    tries: int
    uncertain: int
    sent_at: datetime | None
    given_up_at: datetime | None
    last_error: str


def queue(
    db: Connection,
    kind: str,
    recipient: str,
    now: datetime,
    *,
    user_id: UUID | None = None,
    proof_id: UUID | None = None,
    facts: dict[str, str] | None = None,
) -> None:
    """Store a message in the transaction of `db`. An empty `recipient` is nobody: a row is written, and nothing is sent."""
    values: dict[str, Any] = {"id": uuid4(), "kind": kind, "recipient": recipient, "user_id": user_id, "proof_id": proof_id}
    values |= {"facts": facts or {}, "created_at": now, "tries": 0, "uncertain": 0, "is_under_way": False, "last_error": ""}
    values |= {"next_try_at": now if recipient else None, "sent_at": None if recipient else now, "given_up_at": None}
    db.execute(_NEW, values)
    notify(MAIL, "queued")


def claim(database: Database, now: datetime) -> StoredMail | None:
    """Take the message that is due for the longest time. None if none is. No other sender takes it within `LEASE`."""
    while True:
        with database.connect() as db:
            due = db.execute(_DUE, {"now": now}).scalar_one_or_none()
        if due is None:
            return None
        with database.transaction() as db:
            claimed = db.execute(_CLAIM, {"of": due, "now": now, "until": now + LEASE}).one_or_none()
        if claimed is not None:  # otherwise another sender was faster
            return cast("StoredMail", claimed)


def note_sent(database: Database, claimed: StoredMail, now: datetime) -> None:
    """The server has taken the message."""
    _note(database, claimed, {"sent_at": now, "next_try_at": None, "last_error": ""})
    notify(MAIL, "sent")


def note_failed(database: Database, claimed: StoredMail, now: datetime, why: str, *, is_final: bool, is_uncertain: bool) -> None:
    """The attempt has failed: try again later, or give up if that is useless or has been done often enough.

    `is_uncertain`: nobody knows whether the server has taken it.
    """
    gives_up = is_final or claimed.tries > len(RETRY_DELAYS)
    values: dict[str, Any] = {"last_error": why[:_ERROR_LENGTH], "uncertain": claimed.uncertain + int(is_uncertain)}
    if gives_up:
        values |= {"given_up_at": now, "next_try_at": None}
    else:
        values |= {"next_try_at": now + RETRY_DELAYS[claimed.tries - 1]}
    _note(database, claimed, values)
    if is_uncertain:
        notify(MAIL, "uncertain")
    notify(MAIL, "given_up" if gives_up else "later")


def _note(database: Database, claimed: StoredMail, values: dict[str, Any]) -> None:
    """Note how an attempt ended, unless somebody else has taken the message since."""
    with database.transaction() as db:
        db.execute(_NOTE.values(is_under_way=False, **values), {"of": claimed.id, "claimed_until": claimed.next_try_at})


def count_of_user(db: Connection, user_id: UUID, kind: str, since: datetime) -> int:
    """How many messages of this kind about this user were stored since then."""
    return db.execute(_OF_USER_SINCE, {"owner": user_id, "of_kind": kind, "since": since}).scalar_one()


def newest(database: Database, *, limit: int, only_given_up: bool = False) -> Sequence[StoredMail]:
    """The messages, the newest first. Those to nobody are left out."""
    wanted = select(mail).where(mail.c.recipient != "").order_by(mail.c.created_at.desc()).limit(limit)
    if only_given_up:
        wanted = wanted.where(mail.c.given_up_at.is_not(None))
    with database.connect() as db:
        return cast("Sequence[StoredMail]", db.execute(wanted).all())


def retry(database: Database, mail_id: UUID, now: datetime) -> bool:
    """Try again to send a message that was given up. False if it was not."""
    with database.transaction() as db:
        is_retried = db.execute(_RETRY, {"of": mail_id, "now": now}).rowcount == 1
    notify(MAIL, "queued")
    return is_retried


def counts(database: Database) -> dict[str, int]:
    """How many messages wait, were given up, and were perhaps sent twice."""
    waiting = func.count().filter(mail.c.next_try_at.is_not(None))
    given_up = func.count().filter(mail.c.given_up_at.is_not(None))
    with database.connect() as db:
        row = db.execute(select(waiting, given_up, func.coalesce(func.sum(mail.c.uncertain), 0))).one()
    return {"waiting": row[0], "given_up": row[1], "uncertain": row[2]}


def _old(now: datetime) -> dict[str, datetime]:
    return {"sent_before": now - SENT_MAIL_RETENTION, "failed_before": now - FAILED_MAIL_RETENTION}


def _count_mail(_settings: Settings, database: Database, clock: Clock) -> int:
    with database.connect() as db:
        return db.execute(select(func.count()).select_from(mail).where(_OLD_MAIL), _old(clock())).scalar_one()


def _remove_mail(_settings: Settings, database: Database, clock: Clock) -> int:
    batch = select(mail.c.id).where(_OLD_MAIL).limit(_BATCH)
    with database.transaction() as db:
        return db.execute(delete(mail).where(mail.c.id.in_(batch)), _old(clock())).rowcount


def _count_proofs(_settings: Settings, database: Database, clock: Clock) -> int:
    with database.connect() as db:
        is_old = _proof.c.expires_at < clock() - PROOF_RETENTION
        return db.execute(select(func.count()).select_from(_proof).where(is_old)).scalar_one()


def _remove_proofs(_settings: Settings, database: Database, clock: Clock) -> int:
    batch = select(_proof.c.id).where(_proof.c.expires_at < clock() - PROOF_RETENTION).limit(_BATCH)
    with database.transaction() as db:
        return db.execute(delete(_proof).where(_proof.c.id.in_(batch))).rowcount


PRUNERS = (
    Pruner("messages", "auth_outgoing_mail", _count_mail, _remove_mail),
    Pruner("mailed proofs", "auth_mailed_proof", _count_proofs, _remove_proofs),
)
