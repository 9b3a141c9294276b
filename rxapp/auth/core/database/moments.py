"""Types of columns for moments: aware datetimes in UTC, on databases with time zones and without."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, Dialect, TypeDecorator
from sqlalchemy.dialects import sqlite


class UtcDateTime(TypeDecorator):
    """An aware datetime in UTC, on databases with time zones and without (SQLite)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store in UTC."""
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read as aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


class _Microseconds(sqlite.DATETIME):
    """For SQLite: microseconds since 1970 in an integer of 8 bytes. SQLAlchemy's own type is a text of 26 bytes."""

    def bind_processor(self, dialect: Dialect) -> Any:  # the type that SQLAlchemy names here is private
        return lambda moment: None if moment is None else (moment - _EPOCH) // _MICROSECOND

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        return lambda stored: None if stored is None else _EPOCH + timedelta(microseconds=stored)


class ShortUtcDateTime(UtcDateTime):
    """`UtcDateTime` at a third of the size on SQLite, for the sessions, where the size of a row matters (decision 24)."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """An integer on SQLite. As text, datetimes would be more than half of a session's row."""
        return _Microseconds() if dialect.name == "sqlite" else super().load_dialect_impl(dialect)
