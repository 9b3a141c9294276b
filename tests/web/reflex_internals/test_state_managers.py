"""The lock on a page's state, with a real Redis: renewed while its handler runs, gone soon after its worker."""

import asyncio
import contextlib
import time
from types import SimpleNamespace

import pytest
import reflex as rx
from redis.asyncio import Redis
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis

from rxapp.auth.web.reflex_internals import state_managers
from rxapp.auth.web.reflex_internals.state_managers import EXPIRATION_SECONDS, renew_state_locks
from tests.core.throttling.test_throttle_redis import RealRedis
from tests.web.test_events import in_a_loop

PAGE = rx.BaseStateToken(ident="7c0a2d6e-0000-4000-8000-000000000000", cls=rx.State)
LONG_MS = 60_000


@pytest.fixture
def redis(tmp_path):
    redis = RealRedis(tmp_path)
    yield redis
    redis.kill()


@pytest.fixture
def run(redis, monkeypatch):
    """Run a coroutine function with a worker's state manager; locks are renewed at once, and not after a second."""
    monkeypatch.setattr(state_managers, "RENEWED_EVERY_SECONDS", 0.01)

    async def with_manager(act):
        manager = StateManagerRedis(redis=Redis.from_url(redis.url))
        renew_state_locks(SimpleNamespace(state_manager=manager))
        await act(manager)
        await manager.close()

    return lambda act: in_a_loop(with_manager(act))


async def until(is_so) -> None:
    deadline = time.monotonic() + 30
    while not await is_so():
        assert time.monotonic() < deadline


def test_a_lock_is_gone_within_seconds_if_its_worker_is(run):
    async def act(manager):
        async with manager._lock(PAGE):
            assert 0 < await manager.redis.pttl(manager._lock_key(PAGE)) <= EXPIRATION_SECONDS * 1000

    run(act)


def test_while_its_handler_runs_it_is_renewed_again_and_again(run):
    async def act(manager):
        key = manager._lock_key(PAGE)

        async def is_renewed():
            return await manager.redis.pttl(key) <= manager.lock_expiration

        async with manager._lock(PAGE):
            for _ in range(3):
                await manager.redis.pexpire(key, LONG_MS)
                await until(is_renewed)

    run(act)


def test_afterwards_it_is_renewed_no_more(run):
    async def act(manager):
        async with manager._lock(PAGE):
            pass
        assert not await manager.redis.exists(manager._lock_key(PAGE))
        assert len(asyncio.all_tasks()) <= 2, "this one, and the one that hears of locks"

    run(act)


def test_a_lock_that_has_passed_to_another_is_left_to_them(run):
    async def act(manager):
        key = manager._lock_key(PAGE)
        await manager.redis.set(key, b"another's", px=LONG_MS)
        renewing = asyncio.create_task(state_managers._keep_renewing(manager, key, b"mine"))
        asked = (await manager.redis.info("commandstats")).get("cmdstat_eval", {"calls": 0})["calls"]

        async def has_tried():
            stats = await manager.redis.info("commandstats")
            return stats.get("cmdstat_eval", {"calls": 0})["calls"] >= asked + 2

        await until(has_tried)
        renewing.cancel()
        assert await manager.redis.pttl(key) > manager.lock_expiration

    run(act)


def test_an_event_that_is_cancelled_while_it_asks_for_the_lock_leaves_none_behind(run):
    """As Reflex does with the loading of a page that is left before it has ended: the next page would wait for nobody."""

    async def act(manager):
        async def hold():
            async with manager._lock(PAGE):
                await asyncio.Event().wait()

        await manager.redis.ping()
        for steps in range(40):  # each time a step later: before it has asked, while it waits, when it has the lock
            asking = asyncio.create_task(hold())
            for _ in range(steps):
                await asyncio.sleep(0)
            asking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asking
            assert not await manager.redis.exists(manager._lock_key(PAGE)), steps

    run(act)


def test_without_redis_there_is_nothing_to_renew():
    app = SimpleNamespace(state_manager=StateManagerMemory())
    renew_state_locks(app)
    assert not hasattr(app.state_manager, "lock_expiration")


def test_a_page_that_is_removed_from_memory_is_forgotten():
    async def act():
        manager = StateManagerMemory()
        await manager.get_state(PAGE)
        assert not state_managers.is_forgotten(manager, PAGE)
        await state_managers.remove(manager, PAGE.ident)
        assert state_managers.is_forgotten(manager, PAGE)
        await manager.close()

    in_a_loop(act())


def test_a_page_that_is_in_use_stays_in_memory():
    async def act():
        manager = StateManagerMemory()
        async with manager.modify_state(PAGE):
            await state_managers.remove(manager, PAGE.ident)
            assert not state_managers.is_forgotten(manager, PAGE)
        await manager.close()

    in_a_loop(act())


def test_of_a_page_that_is_removed_from_redis_no_key_is_left(run):
    async def act(manager):
        async with manager.modify_state(PAGE) as state:
            state.is_hydrated = True
        assert await manager.redis.keys(f"*{PAGE.ident}*")
        await state_managers.remove(manager, PAGE.ident)
        assert await manager.redis.keys(f"*{PAGE.ident}*") == []

    run(act)
