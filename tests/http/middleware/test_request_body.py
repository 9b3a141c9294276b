"""A request body has one deadline: no client holds a request by sending a byte now and then."""

import asyncio

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from rxapp.auth.http.middleware.request_body import (
    BODY_MINIMUM_BYTES_PER_SECOND,
    BODY_TIMEOUT_SECONDS,
    announced_length,
    with_deadline,
)
from tests.web.test_events import in_a_loop

MIB = 1024 * 1024


def read(chunks, *, seconds_between, busy_seconds=0.0, announced=None):
    """Have a client send these chunks at this pace; what was read of the body, and after how many seconds of the loop's clock.

    `busy_seconds` pass in the server between two chunks.
    """

    async def read_all():
        loop, passed, waiting = asyncio.get_running_loop(), 0.0, list(chunks)
        real = loop.time
        loop.time = lambda: real() + passed

        async def pass_time(seconds):
            nonlocal passed
            passed += seconds
            for _ in range(3):  # whatever has timed out meanwhile is told so
                await asyncio.sleep(0)

        async def receive():
            await pass_time(seconds_between)
            return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

        body, impatiently = b"", with_deadline(receive, announced)
        try:
            while True:
                message = await impatiently()
                body += message["body"]
                if not message["more_body"]:
                    return body, passed
                await pass_time(busy_seconds)
        except HTTPException as refused:
            return refused.status_code, passed
        finally:
            loop.time = real

    return in_a_loop(read_all())


def test_a_byte_every_six_seconds_is_408_after_ten_seconds():
    assert read([b"x"] * 100, seconds_between=6) == (408, 12)


def test_so_is_a_byte_each_second():
    status, seconds = read([b"x"] * 100, seconds_between=1)
    assert status == 408
    assert seconds <= BODY_TIMEOUT_SECONDS + 1


def test_so_is_one_that_says_how_long_it_is():
    assert read([b"x"] * 100, seconds_between=6, announced=100)[0] == 408


def test_a_short_body_that_takes_nine_seconds_arrives():
    assert read([b"xx", b"xx", b"xx"], seconds_between=3) == (b"xxxxxx", 9)


def test_an_upload_over_a_slow_line_arrives():
    """1 MiB at the minimum rate, in pieces of 64 KiB."""
    pieces = [b"x" * 65_536] * 16
    body, seconds = read(pieces, seconds_between=65_536 / BODY_MINIMUM_BYTES_PER_SECOND)
    assert len(body) == MIB
    assert seconds == 64


def test_an_upload_that_is_slower_than_that_does_not():
    pieces = [b"x" * 65_536] * 64
    assert read(pieces, seconds_between=2 * 65_536 / BODY_MINIMUM_BYTES_PER_SECOND)[0] == 408


def test_of_a_large_body_the_rest_cannot_be_dripped_for_ever():
    status, seconds = read([b"x" * 65_536] + [b"x"] * 1000, seconds_between=1)
    assert status == 408
    assert seconds <= BODY_TIMEOUT_SECONDS + 65_536 / BODY_MINIMUM_BYTES_PER_SECOND + 1


def test_the_time_that_the_server_itself_takes_does_not_count():
    assert read([b"xx", b"xx", b"xx"], seconds_between=3, busy_seconds=60)[0] == b"xxxxxx"


def test_a_client_that_sends_nothing_at_all_is_408():
    async def never():
        await asyncio.Event().wait()

    async def read_it():
        loop = asyncio.get_running_loop()
        real = loop.time
        task = asyncio.ensure_future(Request({"type": "http", "headers": []}, with_deadline(never, None)).body())
        await asyncio.sleep(0)
        loop.time = lambda: real() + BODY_TIMEOUT_SECONDS + 1
        try:
            with pytest.raises(HTTPException) as refused:
                await task
        finally:
            loop.time = real
        return refused.value.status_code

    assert in_a_loop(read_it()) == 408


@pytest.mark.parametrize(("sent", "length"), [(b"12", 12), (b"", None), (b"-1", None), (b"0x10", None), (b"9" * 5000, 10**18)])
def test_a_length_that_nobody_can_read_is_none(sent, length):
    assert announced_length(sent) == length
