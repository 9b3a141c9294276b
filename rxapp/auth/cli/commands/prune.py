"""`prune`: removes old sessions and events, and unneeded keys."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import TypeVar

import typer

from rxapp.auth.cli.opening import open_service
from rxapp.auth.cli.options import AsJson
from rxapp.auth.cli.output import pluralize, print_json, progress_bar
from rxapp.auth.core.features import pruners_of
from rxapp.auth.core.maintenance import pruning

T = TypeVar("T")


def prune(*, as_json: AsJson = False) -> None:
    """Remove sessions and events that are too old to keep, and signing keys that nothing needs any more.

    Sessions are kept for RXAPP_ENDED_SESSION_RETENTION (30 days) after their end, events for RXAPP_EVENT_RETENTION (180 days).
    It is safe while the app runs, because it removes small batches with pauses in between. Run it every night.
    """
    removed = Counter({pruner.kind: 0 for pruner in pruning.PRUNERS})
    with open_service() as service, progress_bar(hidden=as_json) as progress:
        what = (service.settings, service.database, service.clock)
        more = pruners_of(service.features)
        total = sum(pruner.count(*what) for pruner in (*pruning.PRUNERS, *more))
        task = progress.add_task("Pruning", total=total)
        for batch in with_pauses(pruning.prune(*what, more)):
            removed[batch.pruner.kind] += batch.rows
            progress.update(task, completed=removed.total())
    if as_json:
        print_json({kind.replace(" ", "_"): rows for kind, rows in removed.items()})
    else:
        *most, last = [pluralize(rows, kind.removesuffix("s")) for kind, rows in removed.items()]
        typer.echo(f"Removed {', '.join(most)} and {last}.")


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
