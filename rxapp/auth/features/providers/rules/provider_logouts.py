"""The statements on `auth_provider_logout`: a logout at a provider ends the logins here that are under way, too."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, text

from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.provider_tables import ProviderLogout
from rxapp.auth.core.database.tables import AuthTable
from rxapp.auth.core.features import Pruner
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.features.providers.rules.profile import Arrival

_KEPT = timedelta(hours=1)
"""Longer than a login takes from the ticket over all its stages."""

_logout = AuthTable.metadata.tables[ProviderLogout.__tablename__]
_NAMED = and_(
    _logout.c.issuer == bindparam("by"),
    _logout.c.subject == bindparam("who"),
    _logout.c.provider_session == bindparam("sid"),
)
_KNOWN = select(_logout.c.logged_out_at).where(_NAMED)
_FORGET = delete(_logout).where(_NAMED)
_NOTE = insert(_logout)
_FIND = select(_logout.c.logged_out_at).where(
    _logout.c.issuer == bindparam("by"),
    _logout.c.subject.in_(["", bindparam("who")]),
    or_(
        _logout.c.provider_session.in_(["", bindparam("sid")]),
        # A login that knows of no session there ends with each of its account.
        and_(bindparam("sid") == "", _logout.c.subject == bindparam("who")),
    ),
    _logout.c.logged_out_at >= bindparam("since"),
)
_OLD = _logout.c.logged_out_at < bindparam("before")


def lock(db: Connection, issuer: str, *, shared: bool) -> None:
    """Until the transaction ends, of one issuer either logins are completed, which share the lock, or a logout is carried out.

    Otherwise neither of the two might see what the other one stores. SQLite has one writer at a time.
    """
    if db.dialect.name == "postgresql":
        key = int.from_bytes(hashlib.sha256(f"rxapp provider {issuer}".encode()).digest()[:8], signed=True)
        db.execute(text(f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}(:key)"), {"key": key})


def note(db: Connection, issuer: str, subject: str, session: str, at: datetime) -> None:
    """Note a logout of that session at the provider, or of all of the account there. The issuer must be locked.

    A token that comes again does not take the place of a newer one.
    """
    names = {"by": issuer, "who": subject, "sid": session}
    known = db.execute(_KNOWN, names).scalar()
    if known is not None and known >= at:
        return
    db.execute(_FORGET, names)
    db.execute(_NOTE, {"issuer": issuer, "subject": subject, "provider_session": session, "logged_out_at": at})


def is_logged_out(db: Connection, arrival: Arrival) -> bool:
    """Whether the account, or its session there, was logged out at the provider after it has said who they are."""
    profile = arrival.profile
    asked = {"by": profile.issuer, "who": profile.subject, "sid": profile.session, "since": arrival.heard_at}
    return db.execute(_FIND, asked).first() is not None


def _count(_settings: Settings, database: Database, clock: Clock) -> int:
    with database.connect() as db:
        return db.execute(select(func.count()).where(_OLD), {"before": clock() - _KEPT}).scalar_one()


def _remove(_settings: Settings, database: Database, clock: Clock) -> int:
    with database.transaction() as db:
        return db.execute(delete(_logout).where(_OLD), {"before": clock() - _KEPT}).rowcount


PRUNER = Pruner("logouts at providers", "auth_provider_logout", _count, _remove)
"""Removes those that can end no login any more."""
