"""How many connections a process keeps to a PostgreSQL, and how long it waits for one, for a lock and for an answer."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.engine import URL

_KEEPALIVE_SECONDS = 10
"""A server that vanished without a word, with its machine or behind a firewall, is noticed after this long and three misses."""


@dataclass(frozen=True)
class DatabaseLimits:
    """The defaults of the settings of the same names. Nobody waits for a thread longer than for an answer that says "try again".

    `pool_size` is per process: as many as there are threads that use the database, and together fewer than PostgreSQL's
    `max_connections` (100).
    """

    pool_size: int = 10
    pool_timeout: timedelta = timedelta(seconds=3)
    connect_timeout: timedelta = timedelta(seconds=3)
    lock_timeout: timedelta = timedelta(seconds=3)
    statement_timeout: timedelta = timedelta(seconds=10)

    def engine_options(self, url: URL) -> dict[str, Any]:
        """For `create_engine`. What the URL itself says about the connection stands."""
        connection = {key: value for key, value in self._connection_options().items() if key not in url.query}
        return {
            "pool_size": self.pool_size,
            "max_overflow": 0,
            "pool_timeout": self.pool_timeout.total_seconds(),
            "pool_use_lifo": True,  # those not needed stay idle, and the server or a proxy may close them
            "connect_args": connection,
        }

    def _connection_options(self) -> dict[str, Any]:
        statement, lock = (int(limit.total_seconds() * 1000) for limit in (self.statement_timeout, self.lock_timeout))
        on_the_server = {
            "statement_timeout": statement,
            "lock_timeout": lock,
            # A process that hangs in the middle of a transaction would keep everybody else from the rows that it has locked.
            "idle_in_transaction_session_timeout": statement,
            # The statements decide by what is committed when they run; other levels would refuse instead.
            "default_transaction_isolation": r"read\ committed",
        }
        return {
            "connect_timeout": max(2, round(self.connect_timeout.total_seconds())),  # libpq knows no shorter one
            "keepalives_idle": _KEEPALIVE_SECONDS,
            "keepalives_interval": _KEEPALIVE_SECONDS,
            "keepalives_count": 3,
            "tcp_user_timeout": 3 * _KEEPALIVE_SECONDS * 1000,
            "options": " ".join(f"-c {name}={value}" for name, value in on_the_server.items()),
        }
