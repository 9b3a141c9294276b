"""Calls on threads: each is done once and in turn, and its caller gets what it returns, whatever became of the others."""

import asyncio
import threading
from collections.abc import Iterator
from contextvars import ContextVar

import pytest

from rxapp.auth.http.runtime.worker_threads import CallThreads
from tests.web.test_events import in_a_loop

word = ContextVar("word")


@pytest.fixture
def one(request) -> Iterator[CallThreads]:
    threads = CallThreads(1, request.node.name)
    yield threads
    threads.close()


def names() -> list[str]:
    return [thread.name for thread in threading.enumerate()]


def test_the_caller_gets_what_the_call_returns_or_raises(one):
    async def calls():
        with pytest.raises(ZeroDivisionError):
            await one.run(lambda: 1 / 0)
        return await one.run(lambda: 42)

    assert in_a_loop(calls()) == 42


def test_there_is_no_thread_before_the_first_call_so_that_a_server_may_fork(one, request):
    name = f"{request.node.name}-0"
    assert name not in names()
    in_a_loop(one.run(lambda: None))
    assert name in names()


def test_closed_they_end_when_what_waits_is_done():
    threads = CallThreads(2, "closed")

    async def calls():
        waiting = [asyncio.ensure_future(threads.run(threading.current_thread)) for _ in range(10)]
        await asyncio.sleep(0)
        threads.close()
        return set(await asyncio.gather(*waiting))

    for thread in in_a_loop(calls()):
        thread.join(10)
        assert not thread.is_alive()


def test_one_thread_does_one_call_after_another_in_the_order_in_which_they_come(one):
    done = []

    async def calls():
        await asyncio.gather(*(one.run(lambda number=number: done.append(number)) for number in range(100)))

    in_a_loop(calls())
    assert done == list(range(100))


def test_as_many_run_at_once_as_there_are_threads():
    meeting, pair = threading.Barrier(2, timeout=10), CallThreads(2, "pair")

    async def calls():
        await asyncio.gather(pair.run(meeting.wait), pair.run(meeting.wait))

    in_a_loop(calls())
    pair.close()


def test_a_call_knows_whose_request_it_belongs_to(one):
    async def call(of):
        word.set(of)
        return await one.run(word.get)

    async def calls():
        return await asyncio.gather(call("first"), call("second"))

    assert in_a_loop(calls()) == ["first", "second"]


def test_of_callers_who_go_away_the_call_that_was_begun_is_done_and_one_that_waits_is_not_begun(one):
    is_begun, may_end, done = threading.Event(), threading.Event(), []

    def call():
        is_begun.set()
        may_end.wait(10)
        done.append("begun")

    async def calls():
        begun = asyncio.create_task(one.run(call))
        await asyncio.to_thread(is_begun.wait, 10)
        waiting = asyncio.create_task(one.run(lambda: done.append("waiting")))
        await asyncio.sleep(0)
        for calling in (begun, waiting):
            calling.cancel()
            with pytest.raises(asyncio.CancelledError):
                await calling
        may_end.set()
        return await one.run(lambda: "next")

    assert in_a_loop(calls()) == "next"
    assert done == ["begun"]


def test_a_loop_that_was_closed_meanwhile_does_not_end_the_thread(one):
    may_end = threading.Event()

    async def leave():
        asyncio.get_running_loop().create_task(one.run(lambda: may_end.wait(10)))
        await asyncio.sleep(0)

    in_a_loop(leave())
    may_end.set()
    assert in_a_loop(one.run(lambda: "still there")) == "still there"
