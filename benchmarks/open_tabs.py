"""What idle open tabs take of one worker, what they leave of it, and what of that is the server's, Reflex's and ours."""

import asyncio
import os
import resource
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import quantiles
from typing import Any

import psutil

from benchmarks.plain_page import EchoSocket, PlainPage
from benchmarks.section import Section, Target, run_alone
from benchmarks.servers import ROOT, UVICORN, free_port, running
from chaos.app import PASSWORD, SECRET_KEY, USER_NAME, App
from chaos.page import Page
from rxapp.auth import AuthService, Database, Settings

AT_A_TIME = 16
WARM, CLICKING = 20, 32
FILES_BESIDE = 500
SIGN_OUT_TIMEOUT_SECONDS = 120
MOST_KB = 75
EVENTS_A_SECOND, EVENT_MS, SIGNED_OUT_SECONDS = 900, 30, 1

TEXT = """One worker, SQLite; tabs as `chaos/page.py` opens them, each of a session of its own at `/customers`. Memory is what the
worker's resident set grew by since {warm} tabs were open. "The server" is uvicorn {uvicorn} with a bare ASGI app that echoes;
"plain Reflex" an app with one state and one var, served in the same way; the last column is what each row adds to the one above.

| open tabs | what | KB a tab | of which its own |
|---|---|---|---|
{memory}

| open tabs | CPU of the idle worker | guarded events/s, {clicking} tabs clicking (median / 99th percentile in ms) | plain Reflex: one number is counted up |
|---|---|---|---|
{activity}

A guarded event here reads the customers anew. Plain Reflex has one state, no guard, no database and no log.

All {most:,} tabs are of one person, who is disabled by another process: {of_one:.1f} s until the last is at the login page. Then
{most:,} tabs, each of a person of its own, whom another process disables one after another: {of_many:.1f} s.
"""  # noqa: E501  rows of a table


@dataclass(frozen=True)
class Activity:
    """`cpu` of one core, from 0 to 1; the rate a second, and the waits in milliseconds."""

    cpu: float
    rate: float
    p50: float
    p99: float


@dataclass(frozen=True)
class SignedOut:
    """Seconds until the last page was at the login page: all of one person, or each of a person of its own."""

    of_one: float
    of_many: float


Opener = Callable[[], Awaitable[Any]]


def measure(quick: bool) -> Section:
    numbers, idle, clicking = ((50, 200), 3, 2) if quick else ((500, 2_000), 20, 5)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, numbers[-1] + FILES_BESIDE)), hard))  # the servers inherit it
    with tempfile.TemporaryDirectory(prefix="rxapp-tabs-") as name:
        directory = Path(name)
        with _echo(directory) as (worker, opener):
            server = asyncio.run(_memory_of_sockets(worker, opener, numbers))
        with _plain_reflex(directory) as (worker, opener):
            plain: dict[int, Activity] = {}
            reflex = asyncio.run(_memory_of_sockets(worker, opener, numbers, plain, clicking))
        ours, activity, signed_out = _rxapp(directory, numbers, idle, clicking)
    memory = [
        _rows(number, {"the server": server[number], "plain Reflex": reflex[number], "rxapp": ours[number]}) for number in numbers
    ]
    text = TEXT.format(
        warm=WARM,
        uvicorn=version("uvicorn"),
        memory="\n".join(memory),
        clicking=CLICKING,
        activity="\n".join(_activity_row(number, each, plain[number]) for number, each in activity.items()),
        most=numbers[-1] + WARM,
        of_one=signed_out.of_one,
        of_many=signed_out.of_many,
    )
    kb = ours[numbers[-1]]
    most, clicks = numbers[-1], activity[numbers[-1]]
    what = f"guarded events/s at {most:,} open tabs"
    events = Target(what, f"at least {EVENTS_A_SECOND}", f"{clicks.rate:,.0f}", clicks.rate >= EVENTS_A_SECOND)
    what = f"median of a guarded event, {CLICKING} tabs of {most:,} clicking at once"
    wait = Target(what, f"at most {EVENT_MS} ms", f"{clicks.p50:.0f} ms", clicks.p50 <= EVENT_MS)
    what = f"{most:,} pages of one user signed out by another process, until the last"
    ended = Target(what, f"at most {SIGNED_OUT_SECONDS} s", f"{signed_out.of_one:.1f} s", signed_out.of_one <= SIGNED_OUT_SECONDS)
    memory_target = Target(
        f"memory per idle open tab, {numbers[-1]:,} on one worker", f"at most {MOST_KB} KB", f"{kb:.0f} KB", kb <= MOST_KB
    )
    return Section("Open tabs", text, [memory_target, events, wait, ended])


def _rows(number: int, kb: dict[str, float]) -> str:
    before, rows = 0.0, []
    for what, measured in kb.items():
        rows.append(f"| {number:,} | {what} | {measured:.0f} | {measured - before:.0f} |")
        before = measured
    return "\n".join(rows)


def _activity_row(number: int, found: Activity, plain: Activity) -> str:
    rates = " | ".join(f"{each.rate:,.0f}/s ({each.p50:.0f} / {each.p99:.0f})" for each in (found, plain))
    return f"| {number:,} | {found.cpu:.1%} of a core | {rates} |"


@contextmanager
def _echo(directory: Path) -> Iterator[tuple[psutil.Process, Opener]]:
    port = free_port()
    with running([*UVICORN, str(port), "benchmarks.echo_app:app"], {}, directory / "echo.log", port) as process:
        yield psutil.Process(process.pid), lambda: EchoSocket(port).open()


@contextmanager
def _plain_reflex(directory: Path) -> Iterator[tuple[psutil.Process, Opener]]:
    port = free_port()
    command = ["-m", "rxapp", "serve", "--backend-only", "--host", "127.0.0.1", "--port", str(port)]
    environment = {"PYTHONPATH": str(ROOT), "DATABASE_URL": "sqlite://", "GRANIAN_WORKERS": "1"}
    cwd = ROOT / "benchmarks" / "plain_reflex"
    with running(command, environment, directory / "plain.log", port, cwd=cwd) as process:
        yield _worker(process.pid), lambda: PlainPage(port).open()


def _rxapp(
    directory: Path, numbers: Sequence[int], idle: float, clicking: float
) -> tuple[dict[int, float], dict[int, Activity], SignedOut]:
    app = App(directory, f"sqlite:///{directory}/rxapp.db", workers=1, module="rxapp.rxapp")
    database = Database(app.database_url)
    service = AuthService(Settings(_env_file=None, secret_key=SECRET_KEY, argon2_memory_kib=64, login_rate_limit=0), database)
    try:
        app.start()
        return asyncio.run(_measure(app, service, numbers, idle, clicking))
    finally:
        app.stop()
        database.dispose()


async def _measure(
    app: App, service: AuthService, numbers: Sequence[int], idle: float, clicking: float
) -> tuple[dict[int, float], dict[int, Activity], SignedOut]:
    pages: list[Page] = []
    worker, activity = psutil.Process(app.worker_ids()[0]), {}

    async def be_active(number: int) -> None:
        cpu = await _cpu(worker, idle)
        activity[number] = Activity(cpu, *await click_all(pages[:CLICKING], clicking))

    memory = await _memory(worker, partial(_open_page, app, service, pages, USER_NAME), numbers, be_active)
    user = await asyncio.to_thread(service.administration.find_user, USER_NAME)
    of_one = await _signed_out(pages, lambda: service.administration.disable(user.id))
    names = [f"person{number}" for number in range(len(pages))]
    pages.clear()
    users = await asyncio.to_thread(lambda: [service.create_user(name, PASSWORD, roles=["Manager"]) for name in names])
    await _open(lambda: _open_page(app, service, pages, names.pop()), len(names))
    of_many = await _signed_out(pages, lambda: [service.administration.disable(user.id) for user in users])
    return memory, activity, SignedOut(of_one, of_many)


async def _open_page(app: App, service: AuthService, pages: list[Page], user_name: str) -> None:
    pair = await asyncio.to_thread(service.log_in, user_name, PASSWORD)
    page = Page(app.url, {"token": pair.access_token, "refreshToken": pair.refresh_token})
    pages.append(page)
    await page.open()


async def _signed_out(pages: list[Page], sign_out: Callable[[], object]) -> float:
    """Seconds until the last page has left for the login page. Closes the pages."""
    began = time.monotonic()
    await asyncio.to_thread(sign_out)
    while not all(page.left_for for page in pages):
        if time.monotonic() - began > SIGN_OUT_TIMEOUT_SECONDS:
            raise RuntimeError(f"{sum(not page.left_for for page in pages)} pages stay")
        await asyncio.sleep(0.05)
    took = max(page.left_at for page in pages) - began
    for page in pages:
        await page.close()
    return took


async def _memory_of_sockets(
    worker: psutil.Process,
    opener: Opener,
    numbers: Sequence[int],
    activity: dict[int, Activity] | None = None,
    clicking: float = 0,
) -> dict[int, float]:
    """The same as `_memory`, and closes what it has opened, for the next server's sockets need the files. Some may click."""
    opened = []

    async def open_one() -> None:
        opened.append(await opener())

    async def be_active(number: int) -> None:
        if activity is not None:
            activity[number] = Activity(0, *await click_all(opened[:CLICKING], clicking))

    try:
        return await _memory(worker, open_one, numbers, be_active)
    finally:
        for socket in opened:
            await socket.close()


async def _memory(
    worker: psutil.Process, opener: Opener, numbers: Sequence[int], then: Callable[[int], Awaitable[None]] | None = None
) -> dict[int, float]:
    """KB a tab, by how many are open."""
    kept, found = await _open(opener, WARM), {}  # so that what is made once is made
    before, opened = worker.memory_info().rss, 0
    for number in numbers:
        kept += await _open(opener, number - opened)
        opened = number
        found[number] = (worker.memory_info().rss - before) / 1000 / number
        if then is not None:
            await then(number)
    return found


async def _open(opener: Opener, number: int) -> list[Any]:
    turn = asyncio.Semaphore(AT_A_TIME)

    async def open_one() -> Any:
        async with turn:
            return await opener()

    return await asyncio.gather(*(open_one() for _ in range(number)))


async def _cpu(worker: psutil.Process, seconds: float) -> float:
    before = sum(worker.cpu_times()[:2])
    await asyncio.sleep(seconds)
    return (sum(worker.cpu_times()[:2]) - before) / seconds


async def click_all(pages: Sequence[Any], seconds: float) -> tuple[float, float, float]:
    """Clicks a second, and the median and the 99th percentile of their waits in milliseconds."""
    waits: list[float] = []
    began = time.perf_counter()

    async def go_on(page: Any) -> None:
        while time.perf_counter() - began < seconds:
            waits.append(await page.click() * 1000)

    await asyncio.gather(*map(go_on, pages))
    cuts = quantiles(waits, n=100)
    return len(waits) / (time.perf_counter() - began), cuts[49], cuts[98]


def _worker(supervisor: int) -> psutil.Process:
    deadline = time.monotonic() + 10
    while not (children := psutil.Process(supervisor).children()):
        if time.monotonic() > deadline:
            raise RuntimeError("there is no worker")
        time.sleep(0.1)
    return children[-1]


if __name__ == "__main__":
    os.environ.setdefault("REFLEX_TELEMETRY_ENABLED", "false")
    run_alone(measure)
