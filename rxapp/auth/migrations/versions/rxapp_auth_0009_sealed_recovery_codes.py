"""Recovery codes are sealed under the secret key. Plain digests cannot be sealed here, so all people make new codes.

Revision: rxapp_auth_0009
"""

import sqlalchemy as sa

from alembic import op
from rxapp.auth.core.database.moments import UtcDateTime
from rxapp.auth.migrations import record_revision

revision = "rxapp_auth_0009"
down_revision = "rxapp_auth_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("auth_recovery_code")
    op.create_table(
        "auth_recovery_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped_digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["auth_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_auth_recovery_code_user_id", "auth_recovery_code", ["user_id"])
    record_revision(revision)


def downgrade() -> None:
    op.drop_table("auth_recovery_code")
    op.create_table(
        "auth_recovery_code",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["auth_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "digest"),
    )
    record_revision(down_revision)
