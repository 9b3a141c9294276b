"""What we need of a PostgreSQL server, and of a pooler in front of it.

A pooler in transaction mode (PgBouncer and its kind) gives each transaction of a connection to another server connection. So it
takes no startup options, and nothing that lasts longer than a transaction is certain: a prepared statement may be another one
under the same name, and then its answer has the rows of that one.
"""

import logging
from typing import Any

from sqlalchemy import Connection, Engine, event, text

from rxapp.auth.core.settings.database_limits import POOLER_VARIABLE, DatabaseLimits

ENCODING = "UTF8"

_READ_COMMITTED = "read committed"
_REFUSED_OPTIONS = "startup parameter"
"""What PgBouncer says if it is sent options. Other poolers use its words."""

_TRIES = 10
"""Others may use the pooler at the same time, and take the process in between."""

logger = logging.getLogger(__name__)


class DatabaseRefused(Exception):
    """The database server, or its set-up, is not one that we can use. The message says why, and what to do."""


def prepare_postgresql(engine: Engine, limits: DatabaseLimits) -> None:
    """From now on, connect as the server or its pooler allows, and never trust a prepared statement behind a pooler."""

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
        try:
            return dialect.connect(*arguments, **options)
        except dialect.loaded_dbapi.Error as error:
            if _REFUSED_OPTIONS in str(error) and not limits.has_pooler:
                said = f"The database takes no startup options, as behind a pooler. Set {POOLER_VARIABLE}=transaction."
                raise DatabaseRefused(said) from error
            raise

    @event.listens_for(engine, "connect")
    def look_for_pooler(connection: Any, _record: Any) -> None:
        if connection.prepare_threshold is not None and _is_behind_pooler(connection):
            connection.prepare_threshold = None
            logger.warning("there is a pooler between us and PostgreSQL. Set %s=transaction.", POOLER_VARIABLE)


def _is_behind_pooler(connection: Any) -> bool:
    """Whether the server's process is another than the one that has answered when we connected."""
    with connection.cursor() as cursor:
        (process_id,) = cursor.execute("SELECT pg_backend_pid()").fetchone()
    if not connection.autocommit:
        connection.rollback()
    return bool(process_id != connection.info.backend_pid)


def require_usable_server(connection: Connection) -> None:
    """Raise `DatabaseRefused` if the server stores other characters than UTF-8, or a role's settings change what it answers.

    SQLite always passes.
    """
    if connection.dialect.name != "postgresql":
        return
    encoding = _setting(connection, "server_encoding")
    if encoding != ENCODING:
        raise DatabaseRefused(
            f"The database has the encoding {encoding} and cannot store every name. "
            "Make one with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )
    style = _setting(connection, "datestyle")
    if not style.startswith("ISO"):
        raise DatabaseRefused(f"The database writes times in the style {style}. Set it with: ALTER ROLE … SET datestyle = 'ISO'")
    isolation = _setting(connection, "default_transaction_isolation")
    if isolation != _READ_COMMITTED:
        raise DatabaseRefused(
            f"The database isolates transactions as {isolation}. "
            f"Set it with: ALTER ROLE … SET default_transaction_isolation = '{_READ_COMMITTED}'"
        )


def _setting(connection: Connection, name: str) -> str:
    return str(connection.execute(text("SELECT current_setting(:name)"), {"name": name}).scalar_one())


def pooler_mode(first: Connection, second: Connection) -> str:
    """`none`, `session` or `transaction`: whether a pooler is in front of the server, and what it gives to each client.

    On both connections each statement is a transaction of its own.
    """
    driver: Any = first.connection.dbapi_connection
    if not _is_behind_pooler(driver):
        return "none"
    for _ in range(_TRIES):
        processes = [each.execute(text("SELECT pg_backend_pid()")).scalar_one() for each in (first, second)]
        if processes[0] == processes[1]:  # in session mode each of them has a process of its own
            return "transaction"
    return "session"
