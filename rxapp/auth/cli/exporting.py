"""Export of the audit log, event by event, so that memory does not grow with the log."""

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TextIO

import typer

from rxapp.auth.cli.output import to_json, with_progress
from rxapp.auth.cli.refusals import refuse
from rxapp.auth.core.accounts.administration import Administration
from rxapp.auth.core.audit.csv_export import COLUMNS, write_csv
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.audit.rows import ListedEvent
from rxapp.auth.core.database.private_files import create_private, mode_for_others


class Format(StrEnum):
    """The format of an export."""

    CSV = "csv"
    JSON = "json"


def export_to_stdout(administration: Administration, wanted: EventFilter, form: Format) -> None:
    """Write the events that match to stdout."""
    _write(administration.each_event(wanted), form, sys.stdout)


def export_to_file(administration: Administration, wanted: EventFilter, form: Format, file: Path, *, shows_progress: bool) -> int:
    """Write the events that match to a file in UTF-8. Returns how many there were.

    Only its owner can read a new file, because it has people's names and addresses. An existing file keeps its mode.
    """
    total, _ = administration.events(wanted, limit=0)
    events = with_progress(administration.each_event(wanted), "Exporting", total, hidden=not shows_progress)
    try:
        create_private(file)
        if file.is_file() and (mode := mode_for_others(file)):
            typer.echo(f"Others may read or change {file}: it was there already, with mode {mode}.", err=True)
        with file.open("w", encoding="utf-8", newline="") as stream:
            return _write(events, form, stream)
    except OSError as error:
        refuse(f"{file} cannot be written: {error.strerror}.")


def _write(events: Iterable[ListedEvent], form: Format, to: TextIO) -> int:
    return write_csv(events, to) if form is Format.CSV else _write_json(events, to)


def _write_json(events: Iterable[ListedEvent], to: TextIO) -> int:
    """Write a JSON list with one event on each line."""
    count = 0
    to.write("[")
    for count, event in enumerate(events, 1):
        to.write("\n" if count == 1 else ",\n")
        to.write(to_json({column: getattr(event, column) for column in COLUMNS}))
    to.write("\n]\n")
    return count
