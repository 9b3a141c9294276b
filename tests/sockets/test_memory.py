"""What connections of strangers can make the server keep: little while they are open, and nothing when they have closed."""

import asyncio
import itertools
import time

import httpx
import psutil
import pytest

from chaos.page import HYDRATE, VAR
from tests.clock import A_SECOND
from tests.sockets.conftest import asynchronously
from tests.sockets.raw_page import LOGIN, TIMEOUT_SECONDS, RawPage, storage_of
from tests.sockets.test_a_strangers_connection import DIARY

MIB = 2**20
STRANGERS = 40
LARGEST = 240 * 1024
"""Bytes of a message that is just taken, with all that is around the payload."""


def resident(attacked) -> float:
    """MiB of the server's processes."""
    main = psutil.Process(attacked.server.process_group)
    return sum(process.memory_info().rss for process in (main, *main.children(recursive=True))) / MIB


PAYLOADS = {
    "text": {"text": "x" * LARGEST},
    "empty lists": {"text": [[] for _ in range(LARGEST // 4)]},
    "characters": {"text": "\u2800" * (LARGEST // 6)},
    "a form": {"form": {"username": "x" * (LARGEST // 2), "password": "y" * (LARGEST // 2 - 100)}},
}


async def strangers(attacked, number: int) -> list[RawPage]:
    return await asyncio.gather(*(RawPage(attacked.url, obeys=False).connect() for _ in range(number)))


@pytest.mark.parametrize(
    "kind", ["text", "empty lists", *(pytest.param(kind, marks=pytest.mark.thorough) for kind in ("characters", "a form"))]
)
@pytest.mark.timeout(5 * TIMEOUT_SECONDS)
@asynchronously
async def test_forty_connections_that_never_load_a_page_leave_nothing_of_what_they_have_sent(attacked, kind):
    await asyncio.gather(*(page.close() for page in await strangers(attacked, STRANGERS)))  # what is made once is made
    before = resident(attacked)
    pages = await strangers(attacked, STRANGERS)
    for page in pages:
        await page.send(LOGIN if kind == "a form" else f"{DIARY}.toggle_help", PAYLOADS[kind])
    # Large messages have turns, and pauses between them: on a busy machine forty take more than a minute.
    await asyncio.gather(*(page.quiet(seconds=3 * TIMEOUT_SECONDS) for page in pages))
    await asyncio.gather(*(page.close() for page in pages))
    await _until(lambda: resident(attacked) - before < 40)


@asynchronously
async def test_nor_do_tokens_as_long_as_a_message_that_they_have_reported(attacked):
    await asyncio.gather(*(page.close() for page in await strangers(attacked, STRANGERS)))
    before = resident(attacked)
    pages = await strangers(attacked, STRANGERS)
    for page in pages:
        await page.send(HYDRATE, storage_of({"token": "x" * (LARGEST // 2), "refreshToken": "y" * (LARGEST // 2)}))
    await asyncio.gather(*(page.quiet() for page in pages))
    await asyncio.gather(*(page.close() for page in pages))
    await _until(lambda: resident(attacked) - before < 40)


@asynchronously
async def test_one_that_sends_faster_than_a_slow_handler_is_done_waits_and_fills_nothing(attacked):
    page = await RawPage(attacked.url).open("/")
    before = resident(attacked)
    await page.send(f"{DIARY}.take_its_time")

    async def flood() -> None:
        for _ in range(400):
            await page.send(f"{DIARY}.toggle_help", {"text": [[] for _ in range(20_000)]})

    flooding = asyncio.create_task(flood())
    most = 0.0
    async with httpx.AsyncClient(base_url=attacked.url) as http:
        for _ in range(6):
            await asyncio.sleep(0.2)  # the handler goes on by a clock that no test can move
            began = time.monotonic()
            assert (await http.get("/healthz")).status_code == 200
            assert time.monotonic() - began < A_SECOND
            most = max(most, resident(attacked) - before)
    assert most < 60
    flooding.cancel()
    page.socket.transport.abort()  # to say goodbye in order would wait behind the flood


@asynchronously
async def test_all_clicks_of_a_person_who_is_faster_than_a_slow_handler_are_done_in_order(attacked):
    page = await RawPage(attacked.url).open("/")
    await page.send(f"{DIARY}.take_its_time")
    for number in range(300):
        await page.send(f"{DIARY}.note", {"number": number})
    await page.until(lambda: page.value(f"last_number{VAR}", DIARY) == 299)
    seen = [
        update["delta"][DIARY][f"last_number{VAR}"]
        for update in page.updates
        if update.get("delta", {}).get(DIARY, {}).get(f"last_number{VAR}", -1) >= 0
    ]
    assert seen == sorted(seen)
    assert len(seen) == 300
    await page.close()


async def _until(is_so, seconds: float = 60) -> None:
    for _ in itertools.repeat(None, int(seconds * 10)):
        if is_so():
            return
        await asyncio.sleep(0.1)
    assert is_so()
