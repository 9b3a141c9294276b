"""A statement for hot paths: compiled once, and executed on the driver's own cursor.

SQLAlchemy's overhead per call is several times the time that SQLite needs to find a row by its key.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar, overload

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import UpdateBase

R = TypeVar("R")
"""A row, with its columns as attributes. Whoever prepares the statement names its class; `test_rows.py` compares the two."""

Convert = Callable[[Any], Any] | None


class _Compiled(NamedTuple):
    text: str
    constants: dict[str, Any]
    converts: dict[str, Convert]
    positions: list[str] | None
    columns: list[Convert]
    row: Callable[..., Any]


class PreparedStatement(Generic[R]):
    """Compiles a Core statement that has no list parameters. The columns' types convert the values.

    Each call raises `DBAPIError` as SQLAlchemy does, and invalidates a lost connection. If the engine has listeners for cursor
    events (tracing, statement logs), SQLAlchemy itself executes the statement.
    """

    @overload
    def __init__(self: "PreparedStatement[Any]", statement: UpdateBase) -> None: ...
    @overload
    def __init__(self, statement: Select) -> None: ...
    def __init__(self, statement: Select | UpdateBase) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def fetch(self, db: Connection, parameters: Mapping[str, Any]) -> R | None:
        """The one row, with the columns as attributes, or None.

        If the connection was lost outside of a transaction, the statement runs once more on a new connection.
        """
        if _has_cursor_listeners(db):
            row: Any = db.execute(self._statement, parameters).one_or_none()
            return row
        try:
            return self._fetch(db, parameters)
        except DBAPIError as error:
            if not error.connection_invalidated or db.in_transaction():
                raise
        return self._fetch(db, parameters)

    def _fetch(self, db: Connection, parameters: Mapping[str, Any]) -> R | None:
        compiled, cursor = self._execute(db, parameters)
        try:
            values = cursor.fetchone()
        except db.dialect.loaded_dbapi.Error as error:
            raise _as_sqlalchemy_error(db, compiled.text, error) from error
        finally:
            cursor.close()
        if values is None:
            return None
        pairs = zip(values, compiled.columns, strict=True)
        return compiled.row(*[value if convert is None else convert(value) for value, convert in pairs])

    def run(self, db: Connection, parameters: Mapping[str, Any]) -> int:
        """Execute the statement. Returns the number of changed rows."""
        if _has_cursor_listeners(db):
            return db.execute(self._statement, parameters).rowcount
        _, cursor = self._execute(db, parameters)
        changed = cursor.rowcount
        cursor.close()
        return changed

    def _execute(self, db: Connection, parameters: Mapping[str, Any]) -> tuple[_Compiled, Any]:
        dialect = db.dialect
        compiled = self._compiled.get(dialect.name) or self._compile(dialect)
        values = {**compiled.constants}
        for name, convert in compiled.converts.items():
            values[name] = parameters[name] if convert is None else convert(parameters[name])
        try:
            cursor = db.connection.cursor()
            cursor.execute(compiled.text, values if compiled.positions is None else [values[name] for name in compiled.positions])
        except dialect.loaded_dbapi.Error as error:
            raise _as_sqlalchemy_error(db, compiled.text, error) from error
        return compiled, cursor

    def _compile(self, dialect: Dialect) -> _Compiled:
        sql: Any = self._statement.compile(dialect=dialect)
        parameters = {name: parameter for parameter, name in sql.bind_names.items()}
        converts = {name: each.type.dialect_impl(dialect).bind_processor(dialect) for name, each in parameters.items()}
        constants = [(name, converts.pop(name), each.value) for name, each in parameters.items() if not each.required]
        columns = sql._result_columns
        compiled = _Compiled(
            text=sql.string,
            constants={name: value if convert is None else convert(value) for name, convert, value in constants},
            converts=converts,
            positions=sql.positiontup,
            columns=[column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns],
            row=namedtuple("Row", [column.keyname for column in columns]),  # noqa: PYI024  its columns are the statement's
        )
        self._compiled[dialect.name] = compiled
        return compiled


def _has_cursor_listeners(db: Connection) -> bool:
    listeners: Any = db.engine.dispatch
    return bool(listeners.before_cursor_execute or listeners.after_cursor_execute)


def _as_sqlalchemy_error(db: Connection, text: str, error: Any) -> BaseException:
    """The driver's error as SQLAlchemy's own. Invalidates the connection if it was lost."""
    is_lost = db.invalidated or db.dialect.is_disconnect(error, db.connection.dbapi_connection, None)
    if is_lost and not db.invalidated:
        db.invalidate(error)
    return DBAPIError.instance(
        text, None, error, db.dialect.loaded_dbapi.Error, hide_parameters=True, connection_invalidated=is_lost, dialect=db.dialect
    )
