"""How many connections a process keeps to PostgreSQL, and how long it waits for a connection, a lock and an answer."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.engine import URL

POOLER_VARIABLE = "RXAPP_DATABASE_POOLER"

_KEEPALIVE_SECONDS = 10
"""TCP keepalive: a server that disappears silently (machine down, firewall) is noticed after this time and three lost probes."""


@dataclass(frozen=True)
class DatabaseLimits:
    """The defaults of the settings of the same names. Timeouts are short, so that callers get 503 ("try again") quickly.

    `pool_size` is per process: one connection for each thread that uses the database. All processes together must stay below
    PostgreSQL's `max_connections` (100). `has_pooler`: a pooler in transaction mode is in front of PostgreSQL. It takes
    no startup options, so each transaction sets its own limits, and single statements have those of the database role.
    """

    pool_size: int = 10
    pool_timeout: timedelta = timedelta(seconds=3)
    connect_timeout: timedelta = timedelta(seconds=3)
    lock_timeout: timedelta = timedelta(seconds=3)
    statement_timeout: timedelta = timedelta(seconds=10)
    has_pooler: bool = False

    def engine_options(self, url: URL) -> dict[str, Any]:
        """Arguments for `create_engine`. A connection option in the URL wins over ours."""
        connection = {key: value for key, value in self._connection_options().items() if key not in url.query}
        return {
            "pool_size": self.pool_size,
            "max_overflow": 0,
            "pool_timeout": self.pool_timeout.total_seconds(),
            "pool_use_lifo": True,  # surplus connections stay idle, so that the server or a proxy may close them
            "connect_args": connection,
        }

    def begin_statement(self) -> str:
        """The SQL that begins a transaction on PostgreSQL."""
        if not self.has_pooler:
            return "BEGIN"
        limits = [f"SET LOCAL {name} = {milliseconds}" for name, milliseconds in self._server_limits().items()]
        return "; ".join(["BEGIN ISOLATION LEVEL READ COMMITTED", *limits])

    def _server_limits(self) -> dict[str, int]:
        statement, lock = (int(limit.total_seconds() * 1000) for limit in (self.statement_timeout, self.lock_timeout))
        # A process that hangs inside a transaction keeps its row locks, and blocks everybody else.
        return {"statement_timeout": statement, "lock_timeout": lock, "idle_in_transaction_session_timeout": statement}

    def _connection_options(self) -> dict[str, Any]:
        server_options = {
            **self._server_limits(),
            # The statements rely on seeing what is committed when they run; stricter levels would fail with an error instead.
            "default_transaction_isolation": r"read\ committed",
            # The driver reads no other style, and a role may have another one.
            "datestyle": "ISO",
        }
        by_server: dict[str, Any] = {"options": " ".join(f"-c {name}={value}" for name, value in server_options.items())}
        by_pooler: dict[str, Any] = {"prepare_threshold": None}
        return (by_pooler if self.has_pooler else by_server) | {
            "client_encoding": "utf8",
            "connect_timeout": max(2, round(self.connect_timeout.total_seconds())),  # libpq's minimum
            "keepalives_idle": _KEEPALIVE_SECONDS,
            "keepalives_interval": _KEEPALIVE_SECONDS,
            "keepalives_count": 3,
            "tcp_user_timeout": 3 * _KEEPALIVE_SECONDS * 1000,
        }
