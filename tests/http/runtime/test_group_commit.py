"""On SQLite with `synchronous=FULL`: who rotates is answered when it is on the disk, and many wait for that together."""

import asyncio
import threading

import pytest

from rxapp.auth import AuthService, Database
from rxapp.auth.core.database.outages import DatabaseUnavailable
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.http.runtime.service import refresh_pair, use_service
from tests.conftest import PASSWORD
from tests.web.test_events import in_a_loop

MANY = 40


class Disk:
    """The disk of the database: it counts how often somebody waits for it, and is busy until it is let go."""

    def __init__(self, database: Database) -> None:
        self.waits, self.error = 0, None
        self.is_free = threading.Event()
        self.is_free.set()
        self._database, self._sync = database, database.nonblocking.sync
        database.nonblocking.sync = self.sync

    def put_back(self) -> None:
        self._database.nonblocking.sync = self._sync

    def sync(self) -> None:
        self.waits += 1
        assert threading.current_thread() is not threading.main_thread(), "which has the event loop"
        assert self.is_free.wait(20)
        if self.error is not None:
            raise self.error
        self._sync()


@pytest.fixture
def careful(settings, sqlite_url, clock, johndoe) -> AuthService:
    service = AuthService(settings, Database(sqlite_url, sqlite_synchronous="FULL"), clock)
    use_service(service)
    return service


@pytest.fixture
def database(sqlite_database):
    return sqlite_database


@pytest.fixture
def disk(careful) -> Disk:
    return Disk(careful.database)


@pytest.fixture
def pairs(careful, johndoe):
    return [careful.log_in("johndoe", PASSWORD) for _ in range(MANY)]


def rotate(pair):
    return asyncio.create_task(refresh_pair(pair.access_token, pair.refresh_token, NO_CLIENT))


async def several_turns():
    for _ in range(20):
        await asyncio.sleep(0)


def test_nobody_is_answered_before_it_is_on_the_disk(careful, disk, pairs):
    async def use():
        disk.is_free.clear()
        rotation = rotate(pairs[0])
        await several_turns()
        assert not rotation.done()
        disk.is_free.set()
        return await rotation

    assert in_a_loop(use()).refresh_token != pairs[0].refresh_token


def test_all_that_come_while_the_disk_is_busy_wait_for_it_once(careful, disk, pairs):
    async def use():
        disk.is_free.clear()
        rotations = [rotate(pairs[0])]
        await several_turns()
        rotations += [rotate(pair) for pair in pairs[1:]]
        await several_turns()
        disk.is_free.set()
        return await asyncio.gather(*rotations)

    successors = in_a_loop(use())
    assert len({pair.refresh_token for pair in successors}) == MANY
    assert disk.waits == 2


def test_a_disk_that_fails_is_told_to_each_and_their_next_attempt_gets_the_same_successor(careful, disk, pairs):
    async def use():
        disk.error = OSError(5, "Input/output error")
        failed = await asyncio.gather(*(rotate(pair) for pair in pairs), return_exceptions=True)
        assert {type(error) for error in failed} == {DatabaseUnavailable}
        disk.error = None
        return [await rotate(pair) for pair in pairs]

    again = in_a_loop(use())
    disk.put_back()
    assert [careful.refresh(pair.access_token, pair.refresh_token).refresh_token for pair in pairs] == [
        pair.refresh_token for pair in again
    ]


def test_one_who_goes_away_takes_nobody_along(careful, disk, pairs):
    async def use():
        disk.is_free.clear()
        leaving, staying = rotate(pairs[0]), rotate(pairs[1])
        await several_turns()
        leaving.cancel()
        await several_turns()
        disk.is_free.set()
        return await staying

    assert in_a_loop(use())


def test_a_log_that_cannot_be_written_back_keeps_nobody_waiting(careful, disk, pairs, monkeypatch):
    def fail():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(careful.database.nonblocking, "checkpoint", fail)

    async def use():
        return [await asyncio.wait_for(asyncio.gather(*(rotate(pair) for pair in half)), 20) for half in (pairs[:9], pairs[9:])]

    assert [len(half) for half in in_a_loop(use())] == [9, MANY - 9]


def test_with_normal_commits_nobody_waits_for_the_disk(service, pair):
    disk = Disk(service.database)
    use_service(service)

    async def use():
        return await rotate(pair)

    assert in_a_loop(use())
    assert disk.waits == 0
