"""The way from the event loop to the database: short where nothing has to be waited for, and never on the loop where it has."""

import asyncio
import threading

import jwt
import pytest

from rxapp.auth import AuthService, InvalidToken, TokenReused
from rxapp.auth.core.audit.signals import CALL, REFUSED
from rxapp.auth.core.database.nonblocking_sqlite import WouldBlock
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.core.keys.key_ring import RELOAD_INTERVAL
from rxapp.auth.core.sessions.refresh import Refresher
from rxapp.auth.http.runtime.service import refresh_pair, use_service, verify_access
from tests.observed import observed_by
from tests.web.test_events import in_a_loop


@pytest.fixture
def used(service) -> AuthService:
    use_service(service)
    return service


@pytest.fixture
def done_on(used, monkeypatch):
    """Of each call to the database, whether it was on a thread of its own."""
    seen = []
    for owner, method in ((Refresher, Refresher._rotate), (AuthService, AuthService.verify_access)):

        def on_thread(self, *arguments, _method=method, **options):
            answer = _method(self, *arguments, **options)
            seen.append((_method.__name__, threading.current_thread().name))
            return answer

        monkeypatch.setattr(owner, method.__name__, on_thread)
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
    assert [name for name, _ in done_on] == ["verify_access", "_rotate"]
    assert all(thread.startswith("rxapp-database") is not is_sqlite for _, thread in done_on)


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


def test_keys_are_never_loaded_on_the_event_loop(used, pair, clock, monkeypatch):
    loaded_on = []
    load = used.key_ring._load

    def load_and_tell(moment):
        loaded_on.append(threading.current_thread().name)
        return load(moment)

    monkeypatch.setattr(used.key_ring, "_load", load_and_tell)

    async def use(pair):
        for _ in range(3):
            clock.move(seconds=RELOAD_INTERVAL.total_seconds())
            pair = await rotate(pair)
            clock.move(seconds=RELOAD_INTERVAL.total_seconds())
            await verify_access(pair.access_token, NO_CLIENT)
            clock.move(seconds=RELOAD_INTERVAL.total_seconds())
            with pytest.raises(InvalidToken):
                await verify_access(jwt.encode({}, "k" * 32, headers={"kid": "unknown", "typ": "at+jwt"}), NO_CLIENT)

    in_a_loop(use(pair))
    assert len(loaded_on) == 9
    assert all(thread.startswith("rxapp-database") for thread in loaded_on)


def test_a_session_that_took_long_to_be_found_gets_its_pair_with_keys_loaded_in_a_thread(used, pair, clock, monkeypatch):
    loaded_on = []
    load, rotate_in_thread = used.key_ring._load, Refresher._rotate

    def load_and_tell(moment):
        loaded_on.append(threading.current_thread().name)
        return load(moment)

    def rotate_slowly(self, asked, *, may_wait=True):
        if not may_wait:
            raise WouldBlock
        session = rotate_in_thread(self, asked)
        clock.move(seconds=RELOAD_INTERVAL.total_seconds())
        return session

    monkeypatch.setattr(used.key_ring, "_load", load_and_tell)
    monkeypatch.setattr(Refresher, "_rotate", rotate_slowly)
    assert in_a_loop(rotate(pair)).refresh_token != pair.refresh_token
    assert [thread.startswith("rxapp-database") for thread in loaded_on] == [True]
