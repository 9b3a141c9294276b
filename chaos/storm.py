"""A storm: clients rotate while faults happen. Afterwards each client is checked."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx
from sqlalchemy import func, select

from chaos.app import SECRET_KEY, App
from chaos.clients import Client
from chaos.page import Page
from rxapp.auth import AuthService, AuthSession, Database, SecurityEvent, Settings
from rxapp.auth.core.audit.events import EventKind

RECOVERY_TIMEOUT_SECONDS = 60
"""After the last fault. A server that has not answered everybody by then is down."""

Fault = Callable[[], Awaitable[None]]


@dataclass
class Outcome:
    """The result of a storm. `is_well` is the promise: nobody is logged out, each client has one successor and can rotate."""

    clients: int
    seconds: float
    rotations: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    longest_wait: float = 0.0
    seconds_until_well: float = 0.0
    logged_out: list[str] = field(default_factory=list)
    forked: int = 0
    rotating_afterwards: int = 0
    revoked_sessions: int = 0
    reuse_detections: int = 0
    clicks: int = 0
    clicks_not_done: Counter[str] = field(default_factory=Counter)
    longest_click: float = 0.0
    sent_to_login: list[str] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        bad = (
            self.logged_out,
            self.sent_to_login,
            self.forked,
            self.revoked_sessions,
            self.reuse_detections,
            self.failures["500"],
        )
        return not any(bad) and not self.failures["500"] and self.rotating_afterwards == self.clients


async def storm(app: App, clients: int, seconds: float, faults: list[Fault], pages: int = 0) -> Outcome:
    """For `seconds`, `clients` clients rotate and people click on `pages` open pages, while all `faults` happen."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=app.url, timeout=15, limits=limits) as http:
        everyone = [Client(http) for _ in range(clients)]
        await asyncio.gather(*(client.log_in() for client in everyone))
        open_pages = [Page(app.url, await _pair_of_login(http)) for _ in range(pages)]
        await asyncio.gather(*(page.open() for page in open_pages))
        is_over = asyncio.Event()
        clicking = [asyncio.create_task(page.click_until(is_over)) for page in open_pages]
        rotating = [asyncio.create_task(client.rotate_until(is_over)) for client in everyone]
        raging = [asyncio.create_task(fault()) for fault in faults]
        await asyncio.sleep(seconds)
        await asyncio.gather(*raging)
        calm = time.monotonic()
        is_over.set()
        async with asyncio.timeout(RECOVERY_TIMEOUT_SECONDS):  # the server may have ended: then nobody would ever be answered
            await asyncio.gather(*rotating, *clicking)
        outcome = Outcome(clients, seconds, rotations=sum(client.rotations for client in everyone))
        for page in open_pages:
            await _note_page(page, outcome)
        for client in everyone:
            outcome.forked += len(await client.rotate_twice_at_once()) > 1
        outcome.seconds_until_well = time.monotonic() - calm
        for client in everyone:
            before = client.rotations
            await client.rotate()
            outcome.rotating_afterwards += client.rotations == before + 1
            outcome.failures += client.failures
            outcome.longest_wait = max(outcome.longest_wait, client.longest_wait)
        outcome.logged_out = [client.logged_out_for for client in everyone if client.logged_out_for]
    await asyncio.to_thread(_ask_database, app, outcome)
    return outcome


async def _pair_of_login(http: httpx.AsyncClient) -> dict[str, str]:
    client = Client(http)
    await client.log_in()
    return client.pair


async def _note_page(page: Page, outcome: Outcome) -> None:
    outcome.clicks += page.clicks
    outcome.clicks_not_done += page.failures
    outcome.longest_click = max(outcome.longest_click, page.longest_wait)
    outcome.sent_to_login += [page.left_for] if page.left_for else []
    await page.close()


def _ask_database(app: App, outcome: Outcome) -> None:
    service = AuthService(Settings(_env_file=None, secret_key=SECRET_KEY), Database(app.database_url))
    revoked = select(func.count()).select_from(AuthSession).where(AuthSession.revoked_at.is_not(None))
    reused = select(func.count()).select_from(SecurityEvent).where(SecurityEvent.kind == EventKind.TOKEN_REUSED)
    with service.database.connect() as db:
        outcome.revoked_sessions, outcome.reuse_detections = db.execute(revoked).scalar_one(), db.execute(reused).scalar_one()
    service.database.dispose()


async def every(seconds: float, times: int, act: Callable[[], object]) -> None:
    """Call `act` so many times, in a thread, with a pause of `seconds` before each."""
    for _ in range(times):
        await asyncio.sleep(seconds)
        await asyncio.to_thread(act)
