"""The tables: a user, and one row for each login on each device. No row is ever kept for a token."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, BigInteger, Column, DateTime, Dialect, LargeBinary, TypeDecorator
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator):
    """An aware datetime in UTC, on databases that know time zones and on those that do not (SQLite)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store in UTC."""
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read as aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _moment(**options: Any) -> Any:
    return Field(sa_type=UtcDateTime, **options)


class User(SQLModel, table=True):
    """A person who can sign in. `user_name_key` is the name as compared: without regard to case or Unicode form."""

    __tablename__ = "auth_user"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_name: str = Field(max_length=64)
    user_name_key: str = Field(max_length=256, unique=True)
    display_name: str = Field(default="", max_length=128)
    password_hash: str = Field(max_length=256, repr=False)
    roles: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    created_at: datetime = _moment()
    disabled_at: datetime | None = _moment(default=None)


class AuthSession(SQLModel, table=True):
    """One login on one device, and with it one family of tokens.

    `generation` counts the rotations; `generation_seen_at` is when the current generation was first seen in use, and until then
    its predecessor is still answered. `salt` goes into the key of this session's refresh tokens, so that neither the database nor
    the server key alone can make one.
    """

    __tablename__ = "auth_session"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: UUID = Field(foreign_key="auth_user.id", index=True, ondelete="CASCADE")
    salt: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False), repr=False)
    generation: int = Field(default=0, sa_type=BigInteger)
    generation_seen_at: datetime | None = _moment(default=None)
    created_at: datetime = _moment()
    last_used_at: datetime = _moment()
    expires_at: datetime = _moment()
    revoked_at: datetime | None = _moment(default=None)
    revoked_reason: str | None = Field(default=None, max_length=32)
