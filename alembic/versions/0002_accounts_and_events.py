"""What accounts, sessions and the audit log need.

Revision: 0002
"""

import unicodedata

import sqlalchemy as sa

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

moment = sa.DateTime(timezone=True)


SEARCH_KEY_MAXIMUM_LENGTH = 1024


def upgrade() -> None:
    if sa.inspect(op.get_bind()).has_table("auth_alembic_version"):
        return  # those tables have a history of their own
    # The default stays: to drop it SQLite would make the table anew, and with the old one every session would be deleted.
    search_key = sa.Column("search_key", sa.String(SEARCH_KEY_MAXIMUM_LENGTH), nullable=False, server_default="")
    op.add_column("auth_user", search_key)
    _fill_search_keys()
    with op.batch_alter_table("auth_session") as table:
        table.add_column(sa.Column("authenticated_at", moment, nullable=True))
        table.add_column(sa.Column("device", sa.String(64), nullable=False, server_default=""))
        table.add_column(sa.Column("address", sa.String(64), nullable=False, server_default=""))
    op.execute("UPDATE auth_session SET authenticated_at = created_at")
    with op.batch_alter_table("auth_session") as table:
        table.alter_column("authenticated_at", existing_type=moment, nullable=False)
        table.alter_column("device", server_default=None)
        table.alter_column("address", server_default=None)
    op.create_index("ix_auth_session_expires_at", "auth_session", ["expires_at"])
    op.create_table(
        "security_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True, nullable=False),
        sa.Column("occurred_at", moment, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("user_agent", sa.String(256), nullable=False),
        sa.Column("detail", sa.String(256), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for column in ("occurred_at", "kind", "user_id"):
        op.create_index(f"ix_security_event_{column}", "security_event", [column])


def downgrade() -> None:
    op.drop_table("security_event")
    op.drop_index("ix_auth_session_expires_at", "auth_session")
    with op.batch_alter_table("auth_session") as table:
        for column in ("address", "device", "authenticated_at"):
            table.drop_column(column)
    op.drop_column("auth_user", "search_key")


def _fill_search_keys() -> None:
    """In Python, for neither database can fold letters of every script."""
    user = sa.table("auth_user", sa.column("id", sa.Uuid()), *map(sa.column, ("user_name_key", "display_name", "search_key")))
    db = op.get_bind()
    for row in db.execute(sa.select(user)).all():
        shown = unicodedata.normalize("NFKC", row.display_name.strip()).casefold()
        search_key = f"{row.user_name_key}\n{shown}"[:SEARCH_KEY_MAXIMUM_LENGTH]
        db.execute(sa.update(user).where(user.c.id == row.id).values(search_key=search_key))
