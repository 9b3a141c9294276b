"""How a database would find the rows of what a call executes, as it says itself."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, event

from rxapp.auth import Database

EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}


def plans_of(database: Database, call: Callable[[Connection], Any], *, as_if_large: bool = False) -> list[str]:
    """The steps of the plans of all statements that `call` executes; what they change is undone.

    PostgreSQL reads a small table whole even where it has an index, unless it is `as_if_large`.
    """
    statements = []

    def listener(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            statements.append((statement, parameters))

    with database.engine.connect() as db:
        if as_if_large and db.dialect.name == "postgresql":
            db.exec_driver_sql("SET LOCAL enable_seqscan = off")
            # What autovacuum has noted of a table that tests have emptied would have it choose any index.
            ours = "relname LIKE 'auth_%%'"
            db.exec_driver_sql(f"DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class WHERE {ours})")
            db.exec_driver_sql(f"UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE {ours}")
        event.listen(database.engine, "before_cursor_execute", listener)
        call(db)
        event.remove(database.engine, "before_cursor_execute", listener)
        explain = EXPLAIN[db.dialect.name]
        plans = [row[-1] for sql, parameters in statements for row in db.exec_driver_sql(f"{explain} {sql}", parameters)]
        db.rollback()
    return plans
