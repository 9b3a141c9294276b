"""The lock on a page's state outlives its worker by seconds only.

With Redis, Reflex locks the state of a page while a handler runs, for ten seconds at most. So long would a page be dead whose
worker was killed in the middle, and no handler may take longer. Here a lock stands for less, and its worker renews it.

The loading of a page that is left is cancelled. If that was waiting for Redis to give it the lock, it leaves the lock behind, and
the page that comes next would be dead for as long: here such a lock is given back.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import reflex as rx
from redis.exceptions import RedisError
from reflex.istate.manager.redis import StateManagerRedis

EXPIRATION_SECONDS = 4
RENEWED_EVERY_SECONDS = 1
"""A worker that is held up for less than the difference still has its lock."""

_RENEW = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2])"
_GIVE_UP = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1])"
"""Neither touches the lock of another, to whom it has passed."""


def renew_state_locks(app: rx.App) -> None:
    """From now on, hold the lock on a page's state for as long as its handler runs, and give it up soon if the worker dies."""
    manager = app.state_manager
    if not isinstance(manager, StateManagerRedis):
        return
    lock, wait_lock = manager._lock, manager._wait_lock
    manager.lock_expiration = EXPIRATION_SECONDS * 1000

    @contextlib.asynccontextmanager
    async def renewed_lock(token: Any, event_name: str | None = None) -> AsyncIterator[bytes]:
        async with lock(token, event_name) as lock_id, _renewed(manager, manager._lock_key(token), lock_id):
            yield lock_id

    async def wait_lock_or_leave_none(lock_key: bytes, lock_id: bytes) -> None:
        try:
            await wait_lock(lock_key, lock_id)
        except BaseException:  # the answer is not awaited any more, and yet Redis may have given the lock
            await _give_up(manager, lock_key, lock_id)
            raise

    manager._lock, manager._wait_lock = renewed_lock, wait_lock_or_leave_none


@contextlib.asynccontextmanager
async def _renewed(manager: StateManagerRedis, lock_key: bytes, lock_id: bytes) -> AsyncIterator[None]:
    task = asyncio.create_task(_keep_renewing(manager, lock_key, lock_id))
    try:
        yield
    finally:
        task.cancel()


async def _give_up(manager: StateManagerRedis, lock_key: bytes, lock_id: bytes) -> None:
    give_up: Any = manager.redis.eval
    with contextlib.suppress(RedisError):
        await give_up(_GIVE_UP, 1, lock_key, lock_id)


async def _keep_renewing(manager: StateManagerRedis, lock_key: bytes, lock_id: bytes) -> None:
    renew: Any = manager.redis.eval
    while True:
        await asyncio.sleep(RENEWED_EVERY_SECONDS)
        with contextlib.suppress(RedisError):  # it may be back before the lock has expired
            await renew(_RENEW, 1, lock_key, lock_id, manager.lock_expiration)
