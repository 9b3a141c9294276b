"""Keys that sign tokens, so that they can be changed without signing anybody out.

Revision: 0005
"""

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    if sa.inspect(op.get_bind()).has_table("auth_alembic_version"):
        return  # those tables have a history of their own
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(32), nullable=False),
        sa.Column("wrapped_secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("active_from", moment, nullable=False),
        sa.Column("retired_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("kid"),
    )


def downgrade() -> None:
    """What the keys have signed is refused from then on: everybody signs in again."""
    op.drop_table("signing_key")
