"""`prune`: removes old sessions and events, and unneeded keys."""

import time
from collections.abc import Iterator
from typing import TypeVar

import typer

from rxapp.auth.cli.opening import open_service
from rxapp.auth.cli.options import AsJson
from rxapp.auth.cli.output import pluralize, print_json, progress_bar
from rxapp.auth.core.maintenance import pruning

T = TypeVar("T")


def prune(*, as_json: AsJson = False) -> None:
    """Remove sessions and events that are too old to keep, and signing keys that nothing needs any more.

    Sessions are kept for RXAPP_ENDED_SESSION_RETENTION (30 days) after their end, events for RXAPP_EVENT_RETENTION (180 days).
    It is safe while the app runs, because it removes small batches with pauses in between. Run it every night.
    """
    sessions = events = keys = 0
    with open_service() as service, progress_bar(hidden=as_json) as progress:
        arguments = (service.settings, service.database, service.clock)
        task = progress.add_task(
            "Pruning", total=pruning.count_prunable_sessions(*arguments) + pruning.count_prunable_events(*arguments)
        )
        for batch in with_pauses(pruning.prune(*arguments)):
            sessions, events, keys = sessions + batch.sessions, events + batch.events, keys + batch.keys
            progress.update(task, completed=sessions + events)
    if as_json:
        print_json({"sessions": sessions, "events": events, "keys": keys})
    else:
        typer.echo(f"Removed {pluralize(sessions, 'session')}, {pluralize(events, 'event')} and {pluralize(keys, 'key')}.")


def with_pauses(batches: Iterator[T]) -> Iterator[T]:
    """Pause after each batch, for `pruning.PAUSE_FACTOR` times its duration.

    A refresh that finds SQLite locked tries again after a while. Without a long pause, it would find it locked again.
    """
    began = time.monotonic()
    for batch in batches:
        took = time.monotonic() - began
        yield batch
        time.sleep(took * pruning.PAUSE_FACTOR)
        began = time.monotonic()
