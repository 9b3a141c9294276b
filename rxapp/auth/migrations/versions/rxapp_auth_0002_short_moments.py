"""On SQLite, the moments of a session are integers of 8 bytes, not texts of 26. On PostgreSQL, new pages of sessions have room.

Revision: rxapp_auth_0002
"""

import sqlalchemy as sa

from alembic import op
from rxapp.auth.migrations import remember

revision = "rxapp_auth_0002"
down_revision = "rxapp_auth_0001"
branch_labels = None
depends_on = None

MOMENTS = ("generation_seen_at", "created_at", "last_used_at", "expires_at", "authenticated_at", "revoked_at")
TO_MICROSECONDS = "strftime('%s', {0}) * 1000000 + substr(substr({0}, 21) || '000000', 1, 6)"
TO_TEXT = "strftime('%Y-%m-%d %H:%M:%S', {0} / 1000000, 'unixepoch') || printf('.%06d', {0} % 1000000)"


def upgrade() -> None:
    _rewrite("text", TO_MICROSECONDS)
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE auth_session SET (fillfactor = 80)")
    remember(revision)


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE auth_session RESET (fillfactor)")
    _rewrite("integer", TO_TEXT)
    remember(down_revision)


def _rewrite(stored_as: str, new: str) -> None:
    """The columns stay as they are declared: SQLite stores in them whatever comes."""
    if op.get_context().dialect.name == "sqlite":
        columns = ", ".join(f"{name} = iif(typeof({name}) = '{stored_as}', {new.format(name)}, {name})" for name in MOMENTS)
        op.execute(sa.text(f"UPDATE auth_session SET {columns}".replace(":", r"\:")))  # noqa: S608  all names are above
