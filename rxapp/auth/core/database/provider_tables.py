"""The tables of logging in with other providers. No token of a provider is ever stored."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, text
from sqlmodel import Field

from rxapp.auth.core.database.moments import UtcDateTime
from rxapp.auth.core.database.tables import AuthTable

ISSUER_MAXIMUM_LENGTH, SUBJECT_MAXIMUM_LENGTH = 255, 255
"""OpenID Connect Core §2: a subject has at most 255 characters."""


class ProviderLink(AuthTable, table=True):
    """An account at a provider by which a user logs in. `issuer` and `subject` name it for ever; an address never does.

    `label` is what the person calls it: the address or the name that the account had when it was linked. A link that was removed
    keeps its row, so that no address brings it back.
    """

    __tablename__ = "auth_provider_link"
    __table_args__ = (
        Index(
            "uq_auth_provider_link_account",
            "issuer",
            "subject",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: UUID = Field(foreign_key="auth_user.id", index=True, ondelete="CASCADE")
    issuer: str = Field(max_length=ISSUER_MAXIMUM_LENGTH)
    subject: str = Field(max_length=SUBJECT_MAXIMUM_LENGTH)
    label: str = Field(default="", max_length=254)
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ProviderSession(AuthTable, table=True):
    """Which session at a provider one of ours began with: when that one ends, ours does (back-channel logout).

    `provider_session` is the provider's `sid`, empty if it has none. There is no foreign key to the session: the table of
    sessions may be divided (docs/scaling.md).
    """

    __tablename__ = "auth_provider_session"

    session_id: UUID = Field(primary_key=True)
    user_id: UUID = Field(foreign_key="auth_user.id", index=True, ondelete="CASCADE")
    issuer: str = Field(max_length=ISSUER_MAXIMUM_LENGTH)
    subject: str = Field(max_length=SUBJECT_MAXIMUM_LENGTH, index=True)
    provider_session: str = Field(default="", max_length=255, index=True)


class ProviderLogout(AuthTable, table=True):
    """A logout at a provider, for logins here that are under way and have no session yet. It is removed after an hour.

    `subject` or `provider_session` is empty if the provider does not name it.
    """

    __tablename__ = "auth_provider_logout"

    issuer: str = Field(max_length=ISSUER_MAXIMUM_LENGTH, primary_key=True)
    subject: str = Field(max_length=SUBJECT_MAXIMUM_LENGTH, primary_key=True)
    provider_session: str = Field(max_length=255, primary_key=True)
    logged_out_at: datetime = Field(sa_type=UtcDateTime, index=True)
