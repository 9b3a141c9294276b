"""Removing what has been kept for long enough while the app runs, a little at a time, so that nobody has to think of it."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from rxapp.auth.core.audit.signals import PRUNED, notify
from rxapp.auth.core.maintenance.pruning import PAUSE_FACTOR, Pruned, prune
from rxapp.auth.core.service import AuthService
from rxapp.auth.http.runtime.service import get_service, in_thread

JITTER = 0.1
"""Part of the interval, so that workers that started together do not go on working together."""

Sleep = Callable[[float], Awaitable[None]]

logger = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def regular_pruning() -> AsyncIterator[None]:
    """A lifespan task: prune every `prune_interval` while the app runs, unless that is 0."""
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
    """Wait, prune, and again. Every worker does it: of two at once, each takes other rows."""
    while True:
        await sleep(_interval(service.settings.prune_interval))
        try:
            removed = await prune_with_pauses(service, sleep)
        except SQLAlchemyError as error:  # the database is away; what is old will still be there when it is back
            logger.warning("nothing could be pruned: %s", type(error).__name__)
        else:
            if removed != Pruned():
                logger.info("pruned %d sessions and %d events", removed.sessions, removed.events)


async def prune_with_pauses(service: AuthService, sleep: Sleep = asyncio.sleep) -> Pruned:
    """Remove all that is too old to keep, in batches with pauses in between. Returns how much that was."""
    batches, sessions, events = prune(service.settings, service.database, service.clock), 0, 0
    while True:
        began = time.monotonic()
        batch = await in_thread(next, batches, None)
        if batch is None:
            return Pruned(sessions, events)
        notify(PRUNED, "auth_session", batch.sessions)
        notify(PRUNED, "security_event", batch.events)
        sessions, events = sessions + batch.sessions, events + batch.events
        await sleep((time.monotonic() - began) * PAUSE_FACTOR)


def _interval(interval: timedelta) -> float:
    return interval.total_seconds() * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  nobody gains by guessing it
