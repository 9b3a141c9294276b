"""Where Reflex keeps the state of each page, in memory or in Redis: what is removed, and how long a lock is held.

With Redis, Reflex locks the state of a page while a handler runs, for ten seconds at most. So no handler may take longer, and
after a worker was killed, its pages would be dead for ten seconds. Here a lock expires sooner, and its worker renews it.

Reflex cancels the loading of a page that is left. If the loading was waiting for the lock, Redis may still give the lock to it,
and the next page would be dead until the lock expires. Here such a lock is released.
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
from reflex_base.utils import exceptions

from rxapp.auth.web.reflex_internals.app import registrations

LockExpired = exceptions.LockExpiredError
"""Needs: the error that Reflex raises if the lock is lost before the state is written.
Why: Redis has dropped the lock, for want of memory or at a failover. The event may have done its work.
Without it: this counts as a fault of the handler.
"""

EXPIRATION_SECONDS = 4
RENEWED_EVERY_SECONDS = 1
"""A worker that is blocked for less than the difference still has its lock."""

_RENEW = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2])"
_GIVE_UP = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1])"
"""Both do nothing if the lock now belongs to another owner."""


def is_forgotten(manager: object, page: rx.BaseStateToken) -> bool:
    """Whether nothing is stored for the page any more, so that reading its state would make a new one.

    Needs: `StateManagerMemory.states`, by `cache_key`.
    Why: a page that closes twice, or a stranger's connection, must not create a state.
    Without it: such states remain in memory.
    """
    return isinstance(manager, StateManagerMemory) and page.cache_key not in manager.states


def keeps_whole_states() -> bool:
    """Whether each page's states are all at hand, and none was ever stored and loaded again. Without an app nobody knows.

    Needs: that `StateManagerMemory` keeps the objects themselves.
    Why: only there does `_was_touched` say that nobody has ever written to a state.
    Without it: a page that is reset is sent the defaults of every state in the app.
    """
    try:
        return isinstance(registrations().app.state_manager, StateManagerMemory)
    except exceptions.ReflexRuntimeError:  # a handler in a test of its own
        return False


async def remove(manager: object, client_token: str) -> None:
    """Delete the state of this page, unless it is in use.

    Needs: `_purge_token()` and `_states_locks` in memory, `_state_key()` for the keys in Redis.
    Why: Reflex keeps every page for the lifetime of a session, and a visitor can open any number of pages.
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
    """From now on, hold the lock on a page's state as long as its handler runs; if the worker dies, the lock expires soon.

    Needs: that `StateManagerRedis` locks with `_lock()`, waits with `_wait_lock()` and names the lock with `_lock_key()`.
    Why: one setting of Reflex says both how long a handler may run and how long a dead worker's lock lasts.
    Without it: after a worker was killed its pages are dead for ten seconds, and no handler may take longer.
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
        except BaseException:  # we no longer wait for the answer, but Redis may have given us the lock
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
        with contextlib.suppress(RedisError):  # Redis may be back before the lock expires
            await renew(_RENEW, 1, lock_key, lock_id, manager.lock_expiration)
