"""The way from the event loop to the database: short where nothing has to be waited for, and never on the loop where it has."""

import asyncio
import threading

import pytest

from rxapp.auth import AuthService, TokenReused
from rxapp.auth.clients import NO_CLIENT
from rxapp.auth.observation import CALL, REFUSED, observed_by
from rxapp.auth.web.runtime import refresh_pair, use_service, verify_access
from tests.web.test_events import in_a_loop


@pytest.fixture
def used(service) -> AuthService:
    use_service(service)
    return service


@pytest.fixture
def done_on(used, monkeypatch):
    """Of each call to the database, whether it was on a thread of its own."""
    seen = []
    for method in (AuthService.refresh, AuthService.verify_access):

        def on_thread(self, *arguments, _method=method, **options):
            seen.append((_method.__name__, threading.current_thread().name))
            return _method(self, *arguments, **options)

        monkeypatch.setattr(AuthService, method.__name__, on_thread)
    return seen


async def rotate(pair):
    return await refresh_pair(pair.access_token, pair.refresh_token, NO_CLIENT)


def test_on_sqlite_whose_commits_do_not_wait_no_thread_is_woken_and_on_postgresql_one_always_is(used, pair, done_on):
    used.verify_access(pair.access_token)
    del done_on[:]

    async def use():
        await verify_access(pair.access_token, NO_CLIENT)
        return await rotate(pair)

    assert in_a_loop(use()).refresh_token != pair.refresh_token
    is_sqlite = used.database.engine.dialect.name == "sqlite"
    assert [name for name, _ in done_on] == ([] if is_sqlite else ["verify_access", "refresh"])
    assert all(thread.startswith("rxapp-database") for _, thread in done_on)


def test_a_rotation_that_has_to_wait_for_another_writer_holds_up_nobody_else(used, pair):
    used.verify_access(pair.access_token)

    async def use():
        with used.database.transaction() as db:
            db.exec_driver_sql("UPDATE auth_session SET device = device")  # which locks it
            waiting = asyncio.create_task(rotate(pair))
            identity = await asyncio.wait_for(verify_access(pair.access_token, NO_CLIENT), 10)
            assert not waiting.done()
        return identity, await asyncio.wait_for(waiting, 10)

    identity, successor = in_a_loop(use())
    assert identity.user_name == "johndoe"
    assert successor.refresh_token == used.refresh(pair.access_token, pair.refresh_token).refresh_token


def test_each_call_is_told_once_to_who_counts_wherever_it_was_done(used, pair):
    told = []

    async def use():
        successor = await rotate(pair)
        await verify_access(successor.access_token, NO_CLIENT)
        await verify_access(successor.access_token, NO_CLIENT)
        await rotate(successor)
        with pytest.raises(TokenReused):
            await rotate(pair)

    with observed_by(lambda what, detail, _: told.append((what, detail)) if what in (CALL, REFUSED) else None):
        in_a_loop(use())
    calls = ["refresh", "verify_access", "verify_access", "refresh", "refresh"]
    assert [detail for what, detail in told if what == CALL] == calls
    assert [detail for what, detail in told if what == REFUSED] == [TokenReused.code]
