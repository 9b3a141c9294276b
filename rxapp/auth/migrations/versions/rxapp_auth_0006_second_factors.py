"""Devices for one-time codes, and recovery codes.

Revision: rxapp_auth_0006
"""

import sqlalchemy as sa

from alembic import op
from rxapp.auth.core.database.moments import UtcDateTime
from rxapp.auth.migrations import record_revision

revision = "rxapp_auth_0006"
down_revision = "rxapp_auth_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "auth_totp_device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("wrapped_secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["auth_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_auth_totp_device_user_id", "auth_totp_device", ["user_id"])
    op.create_table(
        "auth_recovery_code",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["auth_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "digest"),
    )
    record_revision(revision)


def downgrade() -> None:
    op.drop_table("auth_recovery_code")
    op.drop_table("auth_totp_device")
    record_revision(down_revision)
