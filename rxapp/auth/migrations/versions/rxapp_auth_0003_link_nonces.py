"""A nonce for each user: changing it ends the user's set-password links.

Revision: rxapp_auth_0003
"""

import sqlalchemy as sa

from alembic import op
from rxapp.auth.migrations import record_revision

revision = "rxapp_auth_0003"
down_revision = "rxapp_auth_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # With a default in the database, so that older code can still add users meanwhile.
    op.add_column("auth_user", sa.Column("link_nonce", sa.String(22), nullable=False, server_default=""))
    record_revision(revision)


def downgrade() -> None:
    op.drop_column("auth_user", "link_nonce")
    record_revision(down_revision)
