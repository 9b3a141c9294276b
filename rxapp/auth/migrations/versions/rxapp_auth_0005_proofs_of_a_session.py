"""By which proofs the owner of a session has shown who they are. Until now it was always the password.

Revision: rxapp_auth_0005
"""

import sqlalchemy as sa

from alembic import op
from rxapp.auth.migrations import record_revision

revision = "rxapp_auth_0005"
down_revision = "rxapp_auth_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # With a default in the database, so that older code goes on adding sessions meanwhile.
    op.add_column("auth_session", sa.Column("amr", sa.String(64), nullable=False, server_default="pwd"))
    record_revision(revision)


def downgrade() -> None:
    op.drop_column("auth_session", "amr")
    record_revision(down_revision)
