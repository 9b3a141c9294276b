"""Output: JSON for programs, tables and lines for people, progress bars on stderr."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from rxapp.auth.core.audit.csv_export import iso_utc

NO_TERMINAL_WIDTH = 10_000
"""Columns. Without a terminal, the lines of a table are not wrapped, so that programs can split them."""

T = TypeVar("T")


def to_json(value: Any) -> str:
    """The value as JSON on one line of ASCII, with times in ISO 8601 UTC."""
    return json.dumps(value, default=_json_default)


def print_json(value: Any) -> None:
    """Print a value for a program."""
    typer.echo(to_json(value))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table for a person. The first column is not wrapped, because people copy it into the next command."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for index, column in enumerate(columns):
        table.add_column(column, no_wrap=index == 0, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(value)) for value in row))
    Console(width=None if sys.stdout.isatty() else NO_TERMINAL_WIDTH, highlight=False).print(table)


def printable(value: Any) -> str:
    """A value as text, times to the second. Control characters become "?": a stranger's text must not control the terminal."""
    if isinstance(value, datetime):
        return iso_utc(value.replace(microsecond=0))
    return "".join(character if character.isprintable() else "?" for character in str(value))


def pluralize(count: int, noun: str) -> str:
    """A number with its noun, such as `1 session` or `2 sessions`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def progress_bar(*, hidden: bool) -> Progress:
    """A progress bar on stderr, if stderr is a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), disable=hidden or not sys.stderr.isatty())


def with_progress(items: Iterable[T], description: str, total: int, *, hidden: bool) -> Iterator[T]:
    """The items, counted by a progress bar."""
    with progress_bar(hidden=hidden) as progress:
        yield from progress.track(items, total=total, description=description)


def _json_default(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso_utc(value)
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"no JSON for {type(value)}")
