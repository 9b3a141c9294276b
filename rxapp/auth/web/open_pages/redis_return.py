"""Pages that could not be loaded because Redis was away or took no writes: they connect anew when it does its work again."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any

from redis.exceptions import RedisError
from reflex.event import Event
from reflex.state import StateUpdate

from rxapp.auth.web.page_session.connections import connect_anew
from rxapp.auth.web.reflex_internals.app import get_redis, registrations
from rxapp.auth.web.reflex_internals.connections import connected_pages

INTERVAL_SECONDS = 0.5

_PROBE = "rxapp_probe"
"""The key of a write that only asks whether Redis takes writes."""

_waiting: set[str] = set()
"""The client tokens of pages. Those that have closed are removed at the next look."""

logger = logging.getLogger(__name__)


def wait_for_redis(client_token: str) -> None:
    """Register a page that could not be loaded."""
    _waiting.add(client_token)


@contextlib.asynccontextmanager
async def connect_pages_when_redis_is_back() -> AsyncIterator[None]:
    """A lifespan task. Without Redis it does nothing."""
    redis = get_redis()
    if redis is None:
        yield
        return
    task = asyncio.create_task(_keep_asking(redis))
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await redis.aclose()


async def _keep_asking(redis: Any) -> None:
    while True:
        await asyncio.sleep(INTERVAL_SECONDS)
        _waiting.intersection_update(connected_pages().keys())
        if _waiting:
            try:
                await redis.set(_PROBE, b"", ex=1)
                await _connect_waiting_pages()
            except RedisError:
                continue  # those that are left wait on
            except Exception:
                logger.exception("pages that wait for Redis could not be told that it is back")
                _waiting.clear()


async def _connect_waiting_pages() -> None:
    app: Any = registrations().app
    for client_token in list(_waiting):
        await app.event_namespace.emit_update(StateUpdate(events=Event.from_event_type(connect_anew())), client_token)
        _waiting.discard(client_token)
