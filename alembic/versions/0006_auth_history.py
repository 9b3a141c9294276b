"""What `rxapp.auth` made so far gets its prefix, and goes over to that package's own history of migrations.

Revision: 0006
"""

import sqlalchemy as sa

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

VERSION_TABLE, STATE_REACHED = "auth_alembic_version", "rxapp_auth_0001"
EVENT_INDEXES = ("occurred_at", "kind", "user_id")


def upgrade() -> None:
    if sa.inspect(op.get_bind()).has_table("auth_alembic_version"):
        return  # those tables have a history of their own
    _rename("security_event", "auth_security_event")
    op.rename_table("signing_key", "auth_signing_key")
    version = op.create_table(VERSION_TABLE, sa.Column("version_num", sa.String(32), primary_key=True))
    op.bulk_insert(version, [{"version_num": STATE_REACHED}])


def downgrade() -> None:
    reached = op.get_bind().scalars(sa.select(sa.column("version_num")).select_from(sa.table(VERSION_TABLE))).all()
    if reached != [STATE_REACHED]:
        raise RuntimeError(f"The tables of rxapp.auth are at {reached}: take those back to {STATE_REACHED} first")
    op.drop_table(VERSION_TABLE)
    op.rename_table("auth_signing_key", "signing_key")
    _rename("auth_security_event", "security_event")


def _rename(old: str, new: str) -> None:
    for column in EVENT_INDEXES:
        op.drop_index(f"ix_{old}_{column}", old)
    op.rename_table(old, new)
    for column in EVENT_INDEXES:
        op.create_index(f"ix_{new}_{column}", new, [column])
