"""Where Reflex keeps the state of each page, in memory or in Redis: what is removed, and how long a lock stands.

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
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis
from reflex.state import BaseState, State

EXPIRATION_SECONDS = 4
RENEWED_EVERY_SECONDS = 1
"""A worker that is held up for less than the difference still has its lock."""

_RENEW = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2])"
_GIVE_UP = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1])"
"""Neither touches the lock of another, to whom it has passed."""


def is_forgotten(manager: object, page: rx.BaseStateToken) -> bool:
    """Whether nothing is kept of the page any more, so that to ask for its state would make a new one.

    Needs: `StateManagerMemory.states`, by `cache_key`.
    Why: a page that closes twice, or a stranger's connection, is not to leave a state behind.
    Without it: it does.
    """
    return isinstance(manager, StateManagerMemory) and page.cache_key not in manager.states


async def remove(manager: object, client_token: str) -> None:
    """Keep nothing of this page any more, unless it is being used.

    Needs: `_purge_token()` and `_states_locks` in memory, `_state_key()` for the keys in Redis.
    Why: Reflex keeps every page for the life of a session, and who is nobody opens as many as they like.
    Without it: pages of nobody fill the memory.
    """
    page = rx.BaseStateToken(ident=client_token, cls=State)
    if isinstance(manager, StateManagerMemory):
        if not (lock := manager._states_locks.get(page.lock_key)) or not lock.locked():
            manager._purge_token(page)
    elif isinstance(manager, StateManagerRedis):
        await manager.redis.delete(*(page._state_key(cls) for cls in _all_states(State)))


def _all_states(cls: type[BaseState]) -> list[type[BaseState]]:
    return [cls, *(state for substate in cls.get_substates() for state in _all_states(substate))]


def renew_state_locks(app: rx.App) -> None:
    """From now on, hold the lock on a page's state for as long as its handler runs, and give it up soon if the worker dies.

    Needs: that `StateManagerRedis` locks by `_lock()`, waits by `_wait_lock()` and names the lock by `_lock_key()`.
    Why: one setting of Reflex's is both how long a handler may run and how long a dead worker's lock stands.
    Without it: a page whose worker was killed is dead for ten seconds, and no handler may take longer.
    """
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
