"""E-mail: confirmed addresses, mailed proofs, and the messages to be sent.

Revision: rxapp_auth_0010
"""

import sqlalchemy as sa

from alembic import op
from rxapp.auth.core.database.moments import UtcDateTime
from rxapp.auth.migrations import record_revision

revision = "rxapp_auth_0010"
down_revision = "rxapp_auth_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "auth_email_address",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("address_key", sa.String(254), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["auth_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id"),
        sa.UniqueConstraint("address_key"),
    )
    op.create_table(
        "auth_mailed_proof",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("counted_as", sa.String(32), nullable=False),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
        sa.Column("bound_to", sa.String(43), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("device_key_thumbprint", sa.String(43), nullable=True),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("network", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("spent_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["auth_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_auth_mailed_proof_user_id", "auth_mailed_proof", ["user_id"])
    op.create_index("ix_auth_mailed_proof_expires_at", "auth_mailed_proof", ["expires_at"])
    op.create_table(
        "auth_outgoing_mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("recipient", sa.String(254), nullable=False),
        sa.Column("proof_id", sa.Uuid(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("uncertain", sa.Integer(), nullable=False),
        sa.Column("is_under_way", sa.Boolean(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("given_up_at", UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.String(256), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_auth_outgoing_mail_user_id", "auth_outgoing_mail", ["user_id"])
    op.create_index("ix_auth_outgoing_mail_created_at", "auth_outgoing_mail", ["created_at"])
    op.create_index("ix_auth_outgoing_mail_next_try_at", "auth_outgoing_mail", ["next_try_at"])
    record_revision(revision)


def downgrade() -> None:
    for table in ("auth_outgoing_mail", "auth_mailed_proof", "auth_email_address"):
        op.drop_table(table)
    record_revision(down_revision)
