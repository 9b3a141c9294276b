"""The statement that rotates a session to its next generation. If several callers come at the same time, exactly one wins.

Its conditions are those of `rotation.decide_rotation`, in SQL, and a check of the key that the session is bound to.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, exists, select, update

from rxapp.auth.core.database.prepared_statement import PreparedStatement
from rxapp.auth.core.database.tables import AuthSession, AuthTable, User
from rxapp.auth.core.sessions.rows import RotatedSession
from rxapp.auth.core.sessions.statements import IS_ACTIVE

_session = AuthTable.metadata.tables[AuthSession.__tablename__]
_user = AuthTable.metadata.tables[User.__tablename__]


def _user_column(column: Any) -> Any:
    return select(column).where(_user.c.id == _session.c.user_id).scalar_subquery()


# SQLite's RETURNING cannot read a second table, so these are subqueries.
_ROTATE: PreparedStatement[RotatedSession] = PreparedStatement(
    update(_session)
    .where(
        _session.c.id == bindparam("session_id"),
        _session.c.generation == bindparam("presented_generation"),
        _session.c.device_key_thumbprint.is_not_distinct_from(bindparam("device_key")),
        *IS_ACTIVE,
        exists().where(_user.c.id == _session.c.user_id, _user.c.disabled_at.is_(None)),
    )
    .values(generation=_session.c.generation + 1, generation_seen_at=None, last_used_at=bindparam("now"))
    .returning(
        _session.c.id,
        _session.c.user_id,
        _session.c.salt,
        _session.c.expires_at,
        _session.c.device_key_thumbprint,
        _user_column(_user.c.user_name).label("user_name"),
        _user_column(_user.c.roles).label("roles"),
    )
)


def rotate(
    db: Connection, session_id: UUID, presented_generation: int, now: datetime, *, idle_since: datetime, device_key: str | None
) -> RotatedSession | None:
    """Rotate the session to its next generation, if it is active and `presented_generation` is still the current one.

    Returns the row after the rotation, with its user's `user_name` and `roles`. Returns None if `rotation.decide_rotation` would
    not say `ROTATE`, or if the session is not bound to `device_key` (None: to no key). Then nothing has changed.
    """
    parameters = {"session_id": session_id, "presented_generation": presented_generation, "now": now}
    return _ROTATE.fetch(db, parameters | {"idle_since": idle_since, "device_key": device_key})
