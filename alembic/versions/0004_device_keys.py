"""A session may be bound to a key of the device it began on.

Revision: 0004
"""

import sqlalchemy as sa

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if sa.inspect(op.get_bind()).has_table("auth_alembic_version"):
        return  # those tables have a history of their own
    op.add_column("auth_session", sa.Column("device_key_thumbprint", sa.String(43), nullable=True))


def downgrade() -> None:
    # SQLite can do this by itself since 3.35; made anew, the table would lose nothing, but every row would be written.
    op.drop_column("auth_session", "device_key_thumbprint")
