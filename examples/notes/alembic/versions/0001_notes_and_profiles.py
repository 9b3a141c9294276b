"""Notes and profiles.

Revision: 0001
"""

import sqlalchemy as sa

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("owner_id", sa.Uuid(), sa.ForeignKey("auth_user.id", ondelete="CASCADE"), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("text", sa.String(10_000), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_note_owner_id", "note", ["owner_id"])
    op.create_table(
        "profile",
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("auth_user.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("city", sa.String(80), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("profile")
    op.drop_table("note")
