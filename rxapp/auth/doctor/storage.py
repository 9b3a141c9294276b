"""Checks the database: reachable, migrated, durable, without demo users in production, and with our time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from rxapp.auth import AUTH_HISTORY, Database, DatabaseNotMigrated, SecurityEvent, Settings
from rxapp.auth.core.accounts.users import find_user, has_password
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.postgresql_server import DatabaseRefused, pooler_mode
from rxapp.auth.core.errors import InvalidCredentials
from rxapp.auth.core.features import features_in_use
from rxapp.auth.core.maintenance.demo_users import DEMO_PASSWORD, DEMO_USERS
from rxapp.auth.core.passwords.hasher import PasswordHasher
from rxapp.auth.core.settings.database_limits import POOLER_VARIABLE
from rxapp.auth.doctor.configuration import as_served
from rxapp.auth.doctor.findings import Finding, ok, problem, warning

CONNECT_TIMEOUT_SECONDS = 5
TOLERATED_SKEW = timedelta(seconds=5)


def check_database(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Run all checks of the database. They stop if it cannot be opened."""
    mend = "DATABASE_URL is sqlite:///… or postgresql+psycopg://…; is the server running, and may we reach it?"
    try:
        database = _open(settings)
    except (ArgumentError, ImportError, ValueError):
        yield problem("database", "DATABASE_URL is not understood", mend)
        return
    file = database.engine.url.database if database.engine.dialect.name == "sqlite" else None
    if file and not Path(file).exists():  # opening it would create it
        yield problem("database", "the file does not exist yet", f"Run: {AUTH_HISTORY.command}")
        return
    try:
        yield from _check(database, settings, clock)
    except DatabaseRefused as error:
        yield problem("database", "it cannot be used", str(error))
    except SQLAlchemyError as error:
        yield problem("database", f"it does not answer as it should ({type(error).__name__})", mend)
    finally:
        database.dispose()


def _open(settings: Settings) -> Database:
    limits = replace(settings.database_limits, connect_timeout=timedelta(seconds=CONNECT_TIMEOUT_SECONDS))
    return Database(settings.database_url, sqlite_synchronous=settings.sqlite_synchronous, limits=limits)


def _check(database: Database, settings: Settings, clock: Clock) -> Iterator[Finding]:
    dialect = database.engine.dialect.name
    with database.connect() as connection:
        connection.execute(select(1))
    yield ok("database", f"{dialect} answers")
    try:
        AUTH_HISTORY.require_migrated(database)
    except DatabaseNotMigrated:
        yield problem("migrations", "the schema is missing or older than this code", f"Run: {AUTH_HISTORY.command}")
        return
    yield ok("migrations", "at head")
    if dialect == "postgresql":
        yield _pooler(database, settings)
    if dialect == "sqlite" and settings.sqlite_synchronous != "FULL":
        yield warning(
            "durability",
            "a power cut may sign out those who have just rotated",
            "Leave RXAPP_SQLITE_SYNCHRONOUS out, unless the speed is worth that.",
        )
    yield _demo_users(database, settings)
    yield _clock(database, clock())
    for feature in features_in_use(settings):
        if checks := feature.load("checks"):
            yield from checks.check(as_served(settings), database)


def _pooler(database: Database, settings: Settings) -> Finding:
    with database.connect() as first, database.connect() as second:
        mode = pooler_mode(first, second)
    if mode == "none":
        return ok("pooler", "none between us and PostgreSQL")
    if settings.database_pooler:
        return ok("pooler", f"there is one, in {mode} mode")
    return problem("pooler", f"there is one, in {mode} mode", f"Set {POOLER_VARIABLE}=transaction, which fits both modes.")


def _demo_users(database: Database, settings: Settings) -> Finding:
    known = [user_name for user_name in DEMO_USERS if _has_demo_password(database, settings, user_name)]
    if not known:
        return ok("demo users", "none has the password that everybody knows")
    report = warning if not settings.in_production else problem
    return report(
        "demo users",
        f"{', '.join(known)}: everybody knows the password",
        "Run for each: python -m rxapp users disable NAME, or: python -m rxapp users set-password NAME",
    )


def _has_demo_password(database: Database, settings: Settings, user_name: str) -> bool:
    with database.read() as db:
        user = find_user(db, user_name)
    if user is None or user.disabled_at is not None or not has_password(user):
        return False
    try:
        PasswordHasher(settings).verify_password(DEMO_PASSWORD, user.password_hash)
    except InvalidCredentials:
        return False
    return True


def _clock(database: Database, now: datetime) -> Finding:
    """Tokens depend on our clock. If it is behind, expired tokens are accepted; if it is ahead, valid ones expire too early."""
    with database.connect() as connection:
        latest = connection.execute(select(func.max(SecurityEvent.occurred_at))).scalar_one()
        theirs = now
        if database.engine.dialect.name == "postgresql":
            theirs = connection.execute(select(func.clock_timestamp())).scalar_one().astimezone(UTC)
    if latest is not None and latest > now + TOLERATED_SKEW:
        return problem("clock", f"it is behind: something was recorded at {latest:%Y-%m-%d %H:%M:%S} UTC", "Set it by NTP.")
    if abs(theirs - now) > TOLERATED_SKEW:
        seconds = abs(theirs - now).total_seconds()
        return warning("clock", f"{seconds:.0f} s away from the database server's", "Set both by NTP.")
    return ok("clock", "as far as can be told, right")
