"""Two thousand open pages on one worker: the memory of each, and how soon a logout reaches them."""

import asyncio
import resource
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from chaos.app import PASSWORD, SECRET_KEY, USER_NAME, App
from chaos.page import Page
from chaos.postgresql import PostgreSQL
from rxapp.auth import AuthService, Database, Settings

PAGES = 2_000
AT_A_TIME = 16
"""How many pages are opened at a time. Two thousand handshakes at once would be another fault."""

OTHER_FILES = 500
CLICKS = 50
LOGOUT_TIMEOUT_SECONDS = 60
MIB = 2**20


@dataclass
class Sockets:
    """The results. Memory is in MiB. Times are in seconds, from the request until the page, or the last page, was told."""

    pages: int
    before: float
    after: float
    opening: float
    median_click: float
    one_logged_out: float
    all_logged_out: float
    still_open: int

    @property
    def kib_a_page(self) -> float:
        """The worker's memory for each page."""
        return (self.after - self.before) * 1024 / self.pages


def many_sockets(directory: Path, pages: int = PAGES) -> Sockets:
    """Open the pages, click on some, log one of them out, and then all."""
    directory.mkdir()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, pages + OTHER_FILES)), hard))  # the app inherits it
    postgresql = PostgreSQL(directory / "postgresql")
    app = App(directory, postgresql.url, workers=1)
    database = Database(postgresql.url)
    service = AuthService(Settings(_env_file=None, secret_key=SECRET_KEY, argon2_memory_kib=64), database)
    try:
        app.start()
        return asyncio.run(_measure(app, service, pages))
    finally:
        app.stop()
        database.dispose()
        postgresql.close()


async def _measure(app: App, service: AuthService, number: int) -> Sockets:
    pairs = [await asyncio.to_thread(service.log_in, USER_NAME, PASSWORD) for _ in range(number + 1)]
    pages = [Page(app.url, {"token": pair.access_token, "refreshToken": pair.refresh_token}) for pair in pairs]
    first, *rest = pages
    await first.open()  # now the app has made what it makes only once
    (worker,) = app.worker_ids()
    before, began = _resident(worker), time.monotonic()
    await _open(rest)
    opening, after = time.monotonic() - began, _resident(worker)
    clicks = sorted([await page.click() for page in rest[:: max(1, number // CLICKS)]])
    async with httpx.AsyncClient(base_url=app.url) as http:
        began = time.monotonic()
        await http.post("/api/token/revoke", headers={"Authorization": f"Bearer {first.pair['token']}"})
        await _until_left([first])
    one = first.left_at - began
    began = time.monotonic()
    user = await asyncio.to_thread(service.administration.find_user, USER_NAME)
    await asyncio.to_thread(service.administration.disable, user.id)
    await _until_left(rest)
    left = [page.left_at for page in rest if page.left_for]
    for page in pages:
        await page.close()
    return Sockets(number, before, after, opening, clicks[len(clicks) // 2], one, max(left) - began, number - len(left))


async def _open(pages: list[Page]) -> None:
    turn = asyncio.Semaphore(AT_A_TIME)

    async def open_one(page: Page) -> None:
        async with turn:
            await page.open()

    await asyncio.gather(*map(open_one, pages))


async def _until_left(pages: list[Page]) -> None:
    deadline = time.monotonic() + LOGOUT_TIMEOUT_SECONDS
    while not all(page.left_for for page in pages) and time.monotonic() < deadline:
        await asyncio.sleep(0.01)


def _resident(process_id: int) -> float:
    return psutil.Process(process_id).memory_info().rss / MIB
