"""The tables: users, sessions (one row for each login on each device), the audit log, the keys, and all about second factors.

No token is ever stored.
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Integer,
    LargeBinary,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from rxapp.auth.core.database.moments import ShortUtcDateTime, UtcDateTime
from rxapp.auth.core.identity.proved_key import THUMBPRINT_LENGTH


def _moment(sa_type: Any = UtcDateTime, **options: Any) -> Any:
    return Field(sa_type=sa_type, **options)


class AuthTable(SQLModel, registry=registry()):
    """Base of our tables. Its registry and metadata are separate, so that an app may have its own `User` table.

    An app's foreign key names our column as an object: `Field(sa_column_args=[ForeignKey(col(User.id), ondelete="CASCADE")])`.
    """

    # SQLModel allows a function here too. Ours are names, and the statements look their tables up by them.
    __tablename__: ClassVar[str]  # pyright: ignore[reportIncompatibleVariableOverride]


class User(AuthTable, table=True):
    """A person who can sign in. `user_name_key` is the user name in the form for comparison, without case and Unicode form.

    `search_key` has both names in that form, for the administrators' search. `link_nonce` goes into the MAC of set-password
    links: changing it ends all links of the user. `is_password_of_two` says that the password was chosen where a second factor
    allowed a shorter one: alone it may be too short.
    """

    __tablename__ = "auth_user"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_name: str = Field(max_length=64)
    user_name_key: str = Field(max_length=256, unique=True)
    display_name: str = Field(default="", max_length=128)
    search_key: str = Field(default="", max_length=1024)
    password_hash: str = Field(max_length=256, repr=False)
    link_nonce: str = Field(default="", max_length=22, repr=False, sa_column_kwargs={"server_default": ""})
    is_password_of_two: bool = Field(default=False, sa_type=Boolean, sa_column_kwargs={"server_default": false()})
    roles: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    created_at: datetime = _moment()
    disabled_at: datetime | None = _moment(default=None)


class UserLook(AuthTable, table=True):
    """The hashed look of a user name: no two new names may look alike. Of older names that look alike, the oldest has the row."""

    __tablename__ = "auth_user_look"

    look: str = Field(max_length=43, primary_key=True)
    user_id: UUID = Field(foreign_key="auth_user.id", index=True, ondelete="CASCADE")


class AuthSession(AuthTable, table=True):
    """One login on one device, and its family of tokens.

    `generation` counts the rotations; `generation_seen_at` is when the current generation was first seen in use, and until then
    its predecessor is still answered. `salt` goes into the key of this session's refresh tokens, so that neither the database nor
    the server key alone can make one. `authenticated_at` is when its owner last proved who they are,
    and `amr` by which proofs in this session: their names in RFC 8176, with blanks between. `device` and `address` are where they
    logged in. `device_key_thumbprint` names the key without whose proof its tokens are worth nothing (RFC 9449 §6); None for a
    client that has none.
    """

    __tablename__ = "auth_session"
    # PostgreSQL's heap-only tuples (HOT): each page keeps room for the new version of a row, so a rotation updates no index.
    __table_args__ = {"postgresql_with": {"fillfactor": 80}}

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: UUID = Field(foreign_key="auth_user.id", index=True, ondelete="CASCADE")
    salt: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False), repr=False)
    generation: int = Field(default=0, sa_type=BigInteger)
    generation_seen_at: datetime | None = _moment(ShortUtcDateTime, default=None)
    created_at: datetime = _moment(ShortUtcDateTime)
    last_used_at: datetime = _moment(ShortUtcDateTime)
    expires_at: datetime = _moment(ShortUtcDateTime, index=True)
    authenticated_at: datetime = _moment(ShortUtcDateTime)
    amr: str = Field(default="pwd", max_length=64, sa_column_kwargs={"server_default": "pwd"})
    device: str = Field(default="", max_length=64)
    address: str = Field(default="", max_length=64)
    device_key_thumbprint: str | None = Field(default=None, max_length=THUMBPRINT_LENGTH)
    revoked_at: datetime | None = _moment(ShortUtcDateTime, default=None)
    revoked_reason: str | None = Field(default=None, max_length=32)


class SecurityEvent(AuthTable, table=True):
    """One event of the audit log. It holds no secret.

    `user_id` is the user concerned. `actor_id` is the user who did it, if that was somebody else. Neither is a foreign key,
    because events must outlive their users. Ids only grow, so that a reader can ask for the new events.
    """

    __tablename__ = "auth_security_event"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    )
    occurred_at: datetime = _moment(index=True)
    kind: str = Field(max_length=32, index=True)
    user_id: UUID | None = Field(default=None, index=True)
    actor_id: UUID | None = Field(default=None)
    session_id: UUID | None = Field(default=None)
    address: str = Field(default="", max_length=64)
    user_agent: str = Field(default="", max_length=256)
    detail: str = Field(default="", max_length=256)


class SigningKey(AuthTable, table=True):
    """A secret from which the keys that sign tokens are derived, encrypted under the configured secret key.

    It signs from `active_from` until `retired_at`, and verifies until `prune` removes it. While the table is empty, the
    configured secret key itself signs.
    """

    __tablename__ = "auth_signing_key"

    kid: str = Field(max_length=32, primary_key=True)
    wrapped_secret: bytes = Field(sa_column=Column(LargeBinary(), nullable=False), repr=False)
    created_at: datetime = _moment()
    active_from: datetime = _moment()
    retired_at: datetime | None = _moment(default=None)


class TotpDevice(AuthTable, table=True):
    """An app or a device that makes one-time codes for a user. Its secret is encrypted under the configured secret key.

    `last_step` is the step of time of the last code that was accepted. Each code is good only once, because the step only grows.
    """

    __tablename__ = "auth_totp_device"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: UUID = Field(foreign_key="auth_user.id", index=True, ondelete="CASCADE")
    name: str = Field(max_length=64)
    wrapped_secret: bytes = Field(sa_column=Column(LargeBinary(), nullable=False), repr=False)
    last_step: int = Field(sa_type=BigInteger)
    created_at: datetime = _moment()
    last_used_at: datetime | None = _moment(default=None)


class RecoveryCode(AuthTable, table=True):
    """A code that stands in for a lost second factor. It is good once, and then `used_at` says when it was used.

    Only its digest is stored, encrypted under the configured secret key.
    """

    __tablename__ = "auth_recovery_code"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: UUID = Field(foreign_key="auth_user.id", index=True, ondelete="CASCADE")
    wrapped_digest: bytes = Field(sa_column=Column(LargeBinary(), nullable=False), repr=False)
    created_at: datetime = _moment()
    used_at: datetime | None = _moment(default=None)


class TrustedDevice(AuthTable, table=True):
    """A browser that a user is not asked for a second factor on, until `expires_at`. It is known by its key, as sessions are.

    `device` is what it was when it was trusted. Without a proof of the key, the thumbprint is worth nothing.
    """

    __tablename__ = "auth_trusted_device"
    __table_args__ = (UniqueConstraint("user_id", "thumbprint", name="uq_auth_trusted_device_key"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: UUID = Field(foreign_key="auth_user.id", ondelete="CASCADE")
    thumbprint: str = Field(max_length=THUMBPRINT_LENGTH)
    device: str = Field(default="", max_length=64)
    trusted_at: datetime = _moment()
    expires_at: datetime = _moment(index=True)


class Passkey(AuthTable, table=True):
    """A passkey (WebAuthn) of a user. It holds a public key, so nothing in it lets anybody in.

    `user_handle` is random, and the same for all passkeys of a user: authenticators keep it in place of the user's id.
    `sign_count` only grows, unless the key `is_backed_up`: each copy counts for itself. `transports` have blanks between.
    `asks_after_password` is the same for all passkeys of a user: whether logging in with the password asks for a passkey too.
    """

    __tablename__ = "auth_passkey"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: UUID = Field(foreign_key="auth_user.id", index=True, ondelete="CASCADE")
    user_handle: bytes = Field(sa_column=Column(LargeBinary(64), nullable=False))
    credential_id: bytes = Field(sa_column=Column(LargeBinary(1023), nullable=False, unique=True))
    public_key: bytes = Field(sa_column=Column(LargeBinary(), nullable=False))
    sign_count: int = Field(sa_type=BigInteger)
    aaguid: str = Field(max_length=36)
    transports: str = Field(default="", max_length=128)
    is_backup_eligible: bool
    is_backed_up: bool
    name: str = Field(max_length=64)
    asks_after_password: bool = False
    created_at: datetime = _moment()
    last_used_at: datetime | None = _moment(default=None)
