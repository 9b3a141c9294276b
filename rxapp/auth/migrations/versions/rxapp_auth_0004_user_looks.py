"""Hashed looks of user names, so that nobody registers a name that looks like another's. Existing names stay.

Revision: rxapp_auth_0004
"""

import sqlalchemy as sa

from alembic import op
from rxapp.auth.core.accounts.confusable_names import look_hashes
from rxapp.auth.migrations import record_revision

revision = "rxapp_auth_0004"
down_revision = "rxapp_auth_0003"
branch_labels = None
depends_on = None

ROWS_AT_A_TIME = 1_000
"""Rows for one INSERT: a few MB of memory, for any number of users."""


def upgrade() -> None:
    look = op.create_table(
        "auth_user_look",
        sa.Column("look", sa.String(43), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["auth_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("look"),
    )
    op.create_index("ix_auth_user_look_user_id", "auth_user_look", ["user_id"])
    _fill(look)
    record_revision(revision)


def downgrade() -> None:
    op.drop_table("auth_user_look")
    record_revision(down_revision)


def _fill(look: sa.Table) -> None:
    """The oldest account gets the row for its look. Later names with the same look stay, but get no row."""
    db = op.get_bind()
    user = sa.table("auth_user", sa.column("id", sa.Uuid()), sa.column("user_name"), sa.column("created_at"))
    names = db.execute(sa.select(user.c.id, user.c.user_name).order_by(user.c.created_at, user.c.id)).all()
    owners: dict[str, object] = {}
    for user_id, user_name in names:
        for each in look_hashes(user_name):
            owners.setdefault(each, user_id)
    rows = [{"look": each, "user_id": user_id} for each, user_id in owners.items()]
    for start in range(0, len(rows), ROWS_AT_A_TIME):
        db.execute(look.insert(), rows[start : start + ROWS_AT_A_TIME])
