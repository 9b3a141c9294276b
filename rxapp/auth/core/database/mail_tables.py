"""The tables of e-mail: confirmed addresses, what a message lets somebody prove, and the messages to be sent.

No link and no code is ever stored. Both are computed from a row and the server's keys when the message is sent.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, Column, LargeBinary
from sqlmodel import Field

from rxapp.auth.core.database.moments import UtcDateTime
from rxapp.auth.core.database.tables import AuthTable
from rxapp.auth.core.identity.proved_key import THUMBPRINT_LENGTH

ADDRESS_MAXIMUM_LENGTH = 254
"""RFC 5321 §4.5.3.1.3: a path has 256 octets, and two of them are brackets."""


def _moment(**options: Any) -> Any:
    return Field(sa_type=UtcDateTime, **options)


class EmailAddress(AuthTable, table=True):
    """The confirmed address of a user. An address that is not confirmed has no row, so it opens nothing and blocks nobody.

    `address_key` is the form for comparison, without letter case.
    """

    __tablename__ = "auth_email_address"

    user_id: UUID = Field(primary_key=True, foreign_key="auth_user.id", ondelete="CASCADE")
    address: str = Field(max_length=ADDRESS_MAXIMUM_LENGTH)
    address_key: str = Field(max_length=ADDRESS_MAXIMUM_LENGTH, unique=True)
    confirmed_at: datetime = _moment()


class MailedProof(AuthTable, table=True):
    """What the link and the code in one message prove: that whoever has them reads the mail to `address`.

    `user_id` is None if nobody has that address: then a row is made all the same, so that the answer and its time are the same.
    `counted_as` is the keyed hash of what was typed, for which attempts count; empty if no page waits for the code.
    `session_id` is the session that asked, and `device_key_thumbprint` the key of the browser that asked, if it has one: the
    code is good there only. `bound_to` is a digest of the password hash and the nonce that the user had when it was made: what
    lets somebody in ends when they change. `device` and `network` are where it was asked for. `tries` counts the codes that were
    tried.
    """

    __tablename__ = "auth_mailed_proof"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    purpose: str = Field(max_length=16)
    user_id: UUID | None = Field(default=None, foreign_key="auth_user.id", index=True, ondelete="CASCADE")
    address: str = Field(max_length=ADDRESS_MAXIMUM_LENGTH)
    counted_as: str = Field(max_length=32)
    salt: bytes = Field(sa_column=Column(LargeBinary(16), nullable=False), repr=False)
    bound_to: str = Field(default="", max_length=43)
    session_id: UUID | None = Field(default=None)
    device_key_thumbprint: str | None = Field(default=None, max_length=THUMBPRINT_LENGTH)
    device: str = Field(default="", max_length=64)
    network: str = Field(default="", max_length=64)
    tries: int = 0
    created_at: datetime = _moment()
    expires_at: datetime = _moment(index=True)
    spent_at: datetime | None = _moment(default=None)


class OutgoingMail(AuthTable, table=True):
    """A message to be sent, or sent. It is stored in the transaction of what it tells.

    Whoever sends it moves `next_try_at` first, by one UPDATE: nobody else takes it until then. `is_under_way` says that a sender
    has taken it and has not said how it ended. `uncertain` counts the attempts after which nobody knows whether the server has
    taken the message: only then a person may get it twice, with the same Message-ID. `sent_at` or `given_up_at` ends it.
    """

    __tablename__ = "auth_outgoing_mail"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: str = Field(max_length=32)
    user_id: UUID | None = Field(default=None, index=True)
    recipient: str = Field(max_length=ADDRESS_MAXIMUM_LENGTH)
    proof_id: UUID | None = Field(default=None)
    facts: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    created_at: datetime = _moment(index=True)
    next_try_at: datetime | None = _moment(default=None, index=True)
    tries: int = 0
    uncertain: int = 0
    is_under_way: bool = False
    sent_at: datetime | None = _moment(default=None)
    given_up_at: datetime | None = _moment(default=None)
    last_error: str = Field(default="", max_length=256)
