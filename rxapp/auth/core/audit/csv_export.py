"""The audit log as CSV (RFC 4180), safe to open in a spreadsheet."""

import csv
import re
from collections.abc import Iterable
from datetime import datetime
from typing import TextIO

from rxapp.auth.core.audit.rows import ListedEvent

COLUMNS = (
    "id",
    "occurred_at",
    "kind",
    "user_id",
    "user_name",
    "actor_id",
    "actor_name",
    "session_id",
    "address",
    "user_agent",
    "detail",
)

_FORMULA_START = re.compile(r'(^|[;\t\r\n])(?=["\s]*[=+\-@＝＋－＠])|^(?=[\t\r\n])')  # noqa: RUF001  a spreadsheet takes these too
"""OWASP, CSV injection. A formula can begin inside of a cell too: where the list separator is a semicolon, a spreadsheet begins a
new cell after each one, and every user agent has some."""


def write_csv(rows: Iterable[ListedEvent], to: TextIO) -> int:
    """Write a header and the rows, one by one, so that memory does not grow with their number. Returns the number of rows.

    A row is an event with the names of user and actor, from `Administration.each_event`. Times are ISO 8601 in UTC. Strangers
    choose the user agent, so an apostrophe goes before anything that a spreadsheet would take for a formula.
    """
    writer = csv.writer(to)
    writer.writerow(COLUMNS)
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007  used after the loop
        writer.writerow([_cell(getattr(row, column)) for column in COLUMNS])
    return count


def iso_utc(moment: datetime) -> str:
    """An aware datetime in UTC as ISO 8601, such as `2026-01-31T12:00:00Z`."""
    return moment.isoformat().replace("+00:00", "Z")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return iso_utc(value) if isinstance(value, datetime) else _FORMULA_START.sub(r"\1'", str(value))
