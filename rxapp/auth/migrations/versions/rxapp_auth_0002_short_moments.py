"""On SQLite, a session's datetimes become integers of 8 bytes instead of texts of 26. On PostgreSQL, sessions get a fill factor.

Revision: rxapp_auth_0002
"""

import sqlalchemy as sa

from alembic import op
from rxapp.auth.migrations import record_revision

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
    record_revision(revision)


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE auth_session RESET (fillfactor)")
    _rewrite("integer", TO_TEXT)
    record_revision(down_revision)


def _rewrite(stored_as: str, new: str) -> None:
    """The declared column types stay, because SQLite stores values of any type in them."""
    if op.get_context().dialect.name == "sqlite":
        columns = ", ".join(f"{name} = iif(typeof({name}) = '{stored_as}', {new.format(name)}, {name})" for name in MOMENTS)
        op.execute(sa.text(f"UPDATE auth_session SET {columns}".replace(":", r"\:")))  # noqa: S608  all names are above
