"""Ids of customers are never given twice. PostgreSQL's never were; SQLite gives a removed last row's id to the next one.

Revision: 0003
"""

import sqlalchemy as sa

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rebuild(sqlite_autoincrement=True)


def downgrade() -> None:
    _rebuild(sqlite_autoincrement=False)


def _rebuild(*, sqlite_autoincrement: bool) -> None:
    """SQLite cannot change this of a table that stands."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.create_table(
        "customer_new",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
        sqlite_autoincrement=sqlite_autoincrement,
    )
    op.execute("INSERT INTO customer_new (id, name) SELECT id, name FROM customer")
    op.drop_table("customer")
    op.rename_table("customer_new", "customer")
