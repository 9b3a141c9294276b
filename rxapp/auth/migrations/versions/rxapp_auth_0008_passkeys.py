"""Passkeys.

Revision: rxapp_auth_0008
"""

import sqlalchemy as sa

from alembic import op
from rxapp.auth.core.database.moments import UtcDateTime
from rxapp.auth.migrations import record_revision

revision = "rxapp_auth_0008"
down_revision = "rxapp_auth_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "auth_passkey",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("user_handle", sa.LargeBinary(64), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("aaguid", sa.String(36), nullable=False),
        sa.Column("transports", sa.String(128), nullable=False),
        sa.Column("is_backup_eligible", sa.Boolean(), nullable=False),
        sa.Column("is_backed_up", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("asks_after_password", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["auth_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("credential_id"),
    )
    op.create_index("ix_auth_passkey_user_id", "auth_passkey", ["user_id"])
    record_revision(revision)


def downgrade() -> None:
    op.drop_table("auth_passkey")
    record_revision(down_revision)
