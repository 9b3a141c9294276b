"""`events`: read, follow and export the audit log."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from rxapp.auth import AuthService
from rxapp.auth.cli.exporting import Format, export_to_file, export_to_stdout
from rxapp.auth.cli.following import OVERLAP, follow_events
from rxapp.auth.cli.opening import open_service
from rxapp.auth.cli.options import AsJson, find_user
from rxapp.auth.cli.output import pluralize, print_json, printable
from rxapp.auth.core.audit.csv_export import COLUMNS
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.audit.rows import ListedEvent
from rxapp.auth.core.features import event_kinds, included_features

DEFAULT_LINES = 20
MAXIMUM_LINES = 100_000
"""The lines are held in memory. For more, there is `export`."""

_KINDS = event_kinds(included_features())
_LONGEST_KIND = max(map(len, _KINDS))

app = typer.Typer(no_args_is_help=True, help="Read, follow and export the audit log.")


def _parse_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:  # OverflowError: before the year 1 in UTC
        raise typer.BadParameter(f"{text!r} is not ISO 8601, such as 2026-01-31 or 2026-01-31T12:00:00Z") from error


def _kind(text: str) -> str:
    if text not in _KINDS:
        raise typer.BadParameter(f"{text!r} is not one of {', '.join(_KINDS)}")
    return text


UserOption = Annotated[
    str | None,
    typer.Option("--user", metavar="NAME", help="Only events of this user (for a deleted user, give the id)."),
]
KindOption = Annotated[
    str | None,
    typer.Option("--kind", metavar="KIND", parser=_kind, help=f"Only what is of this kind: {', '.join(_KINDS)}."),
]
SinceOption = Annotated[
    datetime | None,
    typer.Option("--since", parser=_parse_moment, metavar="DATE", help="Only events since then; UTC, in ISO 8601."),
]


@app.command()
def tail(
    *,
    lines: Annotated[
        int, typer.Option("-n", "--lines", metavar="N", min=0, max=MAXIMUM_LINES, help="How many events.")
    ] = DEFAULT_LINES,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Then print new events as they come, until Ctrl-C.")] = False,
    user: UserOption = None,
    kind: KindOption = None,
    as_json: AsJson = False,
) -> None:
    """Print the last events, the newest at the end.

    With --json as a list; with --json --follow as one object per line, because a list would never end.
    """
    with open_service() as service, suppress(KeyboardInterrupt):
        wanted = _filter(service, user, kind)
        _, newest = service.administration.events(wanted, limit=max(lines, OVERLAP) if follow else lines)
        last = newest[:lines][::-1]
        if as_json and not follow:
            print_json([_facts(event) for event in last])
            return
        _print_lines(last, as_json)
        if follow:
            _print_lines(follow_events(service.administration, wanted, newest), as_json)


@app.command()
def export(
    *,
    form: Annotated[Format | None, typer.Option("--format", help="[default: csv]", show_default=False)] = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write it. [default: stdout]")] = None,
    since: SinceOption = None,
    user: UserOption = None,
    kind: KindOption = None,
    as_json: AsJson = False,
) -> None:
    """Write all events, the oldest first, as CSV or as a JSON list.

    A CSV cell that a spreadsheet would take for a formula begins with an apostrophe; the JSON keeps it unchanged.

    With --json, stdout has JSON: the events, or their number if they go to a file.
    """
    if as_json and output is None:
        if form is Format.CSV:
            raise typer.BadParameter("--json writes JSON to stdout: leave --format csv out, or give --output")
        form = Format.JSON
    with open_service() as service:
        wanted = _filter(service, user, kind, since)
        if output is None:
            export_to_stdout(service.administration, wanted, form or Format.CSV)
            return
        count = export_to_file(service.administration, wanted, form or Format.CSV, output, shows_progress=not as_json)
    if as_json:
        print_json({"events": count, "file": str(output)})
    else:
        typer.echo(f"{pluralize(count, 'event')} written to {output}.")


def _filter(service: AuthService, user: str | None, kind: str | None, since: datetime | None = None) -> EventFilter:
    return EventFilter(user_id=_user_id(service, user) if user is not None else None, kind=kind or "", since=since)


def _user_id(service: AuthService, user: str) -> UUID:
    """The id of a user, from the name or the id. A deleted user has no name any more, but still has events."""
    try:
        user_id = UUID(user)
    except ValueError:
        return find_user(service, user).id
    found = service.administration.find_user(user)
    return found.id if found else user_id


def _print_lines(events: Iterable[ListedEvent], as_json: bool) -> None:
    for event in events:
        if as_json:
            print_json(_facts(event))
        else:
            typer.echo(_format_event(event))


def _format_event(event: ListedEvent) -> str:
    parts = [
        event.occurred_at,
        f"{event.kind:{_LONGEST_KIND}}",
        event.user_name or event.user_id or "-",
        f"by {event.actor_name or event.actor_id}" if event.actor_id else "",
        event.address,
        event.detail,
        event.user_agent,
    ]
    return "  ".join(printable(part) for part in parts if part)


def _facts(event: ListedEvent) -> dict[str, Any]:
    return {column: getattr(event, column) for column in COLUMNS}
