"""Trusted devices, and which passwords were chosen where a second factor allowed a shorter one.

Revision: rxapp_auth_0007
"""

import sqlalchemy as sa

from alembic import op
from rxapp.auth.core.database.moments import UtcDateTime
from rxapp.auth.migrations import record_revision

revision = "rxapp_auth_0007"
down_revision = "rxapp_auth_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "auth_trusted_device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("thumbprint", sa.String(43), nullable=False),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("trusted_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["auth_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "thumbprint", name="uq_auth_trusted_device_key"),
    )
    op.create_index("ix_auth_trusted_device_expires_at", "auth_trusted_device", ["expires_at"])
    op.add_column("auth_user", sa.Column("is_password_of_two", sa.Boolean(), server_default=sa.false(), nullable=False))
    record_revision(revision)


def downgrade() -> None:
    op.drop_column("auth_user", "is_password_of_two")
    op.drop_table("auth_trusted_device")
    record_revision(down_revision)
