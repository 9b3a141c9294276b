"""The run behind `benchmarks.trace`: the app, its clients and the recorder of calls, in one process. It writes JSON to a file.

uvicorn serves the app as in production, over real connections. The run moves the app's clock, so that it need not wait.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from benchmarks.calls import Calls, Recorder, in_each

recorder = Recorder()  # before the app starts its threads

import httpx  # noqa: E402
from reflex_base.constants import Env  # noqa: E402
from reflex_base.environment import environment  # noqa: E402
from uvicorn import Server  # noqa: E402

from benchmarks import bench_app  # noqa: E402
from benchmarks.guard import EXPIRED_SECONDS, BenchPage  # noqa: E402
from benchmarks.servers import free_port  # noqa: E402
from chaos.app import PASSWORD, USER_NAME  # noqa: E402
from rxapp.auth.core.settings.settings import WEBSOCKET_MESSAGE_LIMIT_BYTES  # noqa: E402
from rxapp.auth.web.open_pages import watch  # noqa: E402
from rxapp.auth.web.server.workers import configuration  # noqa: E402

WARM_RUNS, RECORDED_RUNS = 1, 2
QUIET_LOOKS, LOOK_SECONDS = 10, 0.02
"""After so many looks in a row without a new call, the app is idle. Looks are counted and not time: a busy machine may pause."""

PATIENCE_SECONDS = 30
"""Enough for a machine that is busy with other tests."""

NEVER = 24 * 3600

Step = Callable[[], Awaitable[Any]]


class UnhurriedPage(BenchPage):
    """Sends only when the server is idle, as over a slow network. Otherwise chance decides what else is running then."""

    async def _send(self, name: str, payload: dict[str, Any]) -> None:
        await quiet()
        await super()._send(name, payload)


class Clients:
    """A program and an open page, each logged in, and the five things that they do."""

    def __init__(self, url: str) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS)
        self._url = url

    async def open(self) -> None:
        await self.log_in()
        self._page = UnhurriedPage(self._url, dict(self._pair), answer_timeout=PATIENCE_SECONDS)
        await self._page.open()
        await self.log_in()

    async def close(self) -> None:
        await self._page.close()
        await self._http.aclose()

    async def log_in(self) -> None:
        response = await self._http.post("/api/auth/login", json={"username": USER_NAME, "password": PASSWORD})
        self._pair = response.raise_for_status().json()

    async def rotate(self) -> None:
        body = {"accessToken": self._pair["token"], "refreshToken": self._pair["refreshToken"]}
        response = await self._http.post("/api/token/refresh", json=body)
        self._pair = response.raise_for_status().json()

    async def get(self) -> None:
        response = await self._http.get("/api/customers", headers={"Authorization": f"Bearer {self._pair['token']}"})
        response.raise_for_status()

    async def expire(self) -> None:
        """Let the access tokens expire. Then log in, so that the process has already looked for new keys."""
        await bench_app.move_clock(EXPIRED_SECONDS)
        await self.log_in()

    async def click(self) -> None:
        await self._page.click_on("click_guarded")


async def record(step: Step, prepare: Step | None = None) -> Calls:
    """Record the calls of a step. It is done once before, because production has warm caches too."""
    runs = []
    for number in range(WARM_RUNS + RECORDED_RUNS):
        if prepare:
            await prepare()
            await quiet()
        with recorder.recording() as calls:
            await step()
            await quiet()
        if number >= WARM_RUNS:
            runs.append(calls)
    return in_each(runs)


async def quiet() -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        looks = 0
        while looks < QUIET_LOOKS:
            noticed = recorder.noticed
            await asyncio.sleep(LOOK_SECONDS)
            looks = looks + 1 if recorder.noticed == noticed else 0


async def run() -> dict[str, Calls]:
    environment.REFLEX_ENV_MODE.set(Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)  # no page is shown
    watch.INTERVAL_SECONDS = NEVER  # otherwise it would read the audit log during a way
    port = free_port()
    server = Server(configuration("benchmarks.bench_app:app", "127.0.0.1", port, 1, WEBSOCKET_MESSAGE_LIMIT_BYTES))
    serving = asyncio.create_task(server.serve())
    await until_it_answers(port)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the app would format the log lines of the client in this process
    clients = Clients(f"http://127.0.0.1:{port}")
    await clients.open()
    await quiet()
    ways = {
        "login": await record(clients.log_in),
        "rotation": await record(clients.rotate),
        "request": await record(clients.get),
        "event": await record(clients.click),
        "event with rotation": await record(clients.click, prepare=clients.expire),
    }
    await clients.close()
    server.should_exit = True
    await serving
    return ways


async def until_it_answers(port: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS), httpx.AsyncClient() as client:
        while True:
            try:
                await client.get(f"http://127.0.0.1:{port}/ping")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return


if __name__ == "__main__":
    found = asyncio.run(run())
    told = {way: [[*function, number] for function, number in calls.items()] for way, calls in found.items()}
    Path(sys.argv[1]).write_text(json.dumps(told))
