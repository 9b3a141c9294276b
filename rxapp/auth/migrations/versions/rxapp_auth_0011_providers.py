"""Other providers: the accounts there that users log in with, the sessions there that ours began with, and logouts there.

Revision: rxapp_auth_0011
"""

import sqlalchemy as sa

from alembic import op
from rxapp.auth.core.database.moments import UtcDateTime
from rxapp.auth.migrations import record_revision

revision = "rxapp_auth_0011"
down_revision = "rxapp_auth_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "auth_provider_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("label", sa.String(254), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["auth_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    is_active = sa.text("removed_at IS NULL")
    op.create_index(
        "uq_auth_provider_link_account",
        "auth_provider_link",
        ["issuer", "subject"],
        unique=True,
        sqlite_where=is_active,
        postgresql_where=is_active,
    )
    op.create_index("ix_auth_provider_link_user_id", "auth_provider_link", ["user_id"])
    op.create_table(
        "auth_provider_session",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("provider_session", sa.String(255), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["auth_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id"),
    )
    op.create_index("ix_auth_provider_session_user_id", "auth_provider_session", ["user_id"])
    op.create_index("ix_auth_provider_session_subject", "auth_provider_session", ["subject"])
    op.create_index("ix_auth_provider_session_provider_session", "auth_provider_session", ["provider_session"])
    op.create_table(
        "auth_provider_logout",
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("provider_session", sa.String(255), nullable=False),
        sa.Column("logged_out_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", "provider_session"),
    )
    op.create_index("ix_auth_provider_logout_logged_out_at", "auth_provider_logout", ["logged_out_at"])
    record_revision(revision)


def downgrade() -> None:
    for table in ("auth_provider_logout", "auth_provider_session", "auth_provider_link"):
        op.drop_table(table)
    record_revision(down_revision)
