"""The pruning task: removes old rows while the app runs, a little at a time, so that the operator needs no cron job."""

import asyncio
import contextlib
import logging
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from rxapp.auth.core.audit.signals import PRUNED, notify
from rxapp.auth.core.features import pruners_of
from rxapp.auth.core.maintenance.pruning import PAUSE_FACTOR, prune
from rxapp.auth.core.service import AuthService
from rxapp.auth.http.runtime.service import get_service, in_thread

JITTER = 0.1
"""A fraction of the interval. It keeps workers that started together from pruning at the same time."""

Sleep = Callable[[float], Awaitable[None]]

logger = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def regular_pruning() -> AsyncIterator[None]:
    """A lifespan task: prune every `prune_interval` while the app runs. An interval of 0 switches it off."""
    service = get_service()
    if not service.settings.prune_interval:
        yield
        return
    task = asyncio.create_task(keep_pruning(service))
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def keep_pruning(service: AuthService, sleep: Sleep = asyncio.sleep) -> None:
    """Wait and prune, in an endless loop. Every worker does so; two workers at once remove different rows."""
    while True:
        await sleep(_interval(service.settings.prune_interval))
        try:
            removed = await prune_with_pauses(service, sleep)
        except SQLAlchemyError as error:  # an outage: the next round removes the old rows
            logger.warning("nothing could be pruned: %s", type(error).__name__)
        else:
            if removed:
                logger.info("pruned %s", ", ".join(f"{rows} {kind}" for kind, rows in removed.items()))


async def prune_with_pauses(service: AuthService, sleep: Sleep = asyncio.sleep) -> Counter[str]:
    """Remove all that is too old to keep, in batches with pauses in between. Returns how many rows of each kind that were."""
    batches = prune(service.settings, service.database, service.clock, pruners_of(service.features))
    removed: Counter[str] = Counter()
    while True:
        began = time.monotonic()
        batch = await in_thread(next, batches, None)
        if batch is None:
            return removed
        notify(PRUNED, batch.pruner.table, batch.rows)
        removed[batch.pruner.kind] += batch.rows
        await sleep((time.monotonic() - began) * PAUSE_FACTOR)


def _interval(interval: timedelta) -> float:
    return interval.total_seconds() * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  it is not a secret
