"""Open pages without a browser: Reflex's events in Socket.IO over a WebSocket. So there can be thousands of pages."""

import asyncio
import contextlib
import json
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from rxapp.auth.web.browser_storage.token_store import digest

STATE = "reflex___state____state"
AUTH_STATE = f"{STATE}.rxapp___auth___web___auth_state___state____auth_state"
CUSTOMERS_STATE = f"{STATE}.rxapp___demo___pages___customers___state____customers_state"
HYDRATE = f"{STATE}.hydrate_and_load"
VAR = "_rx_state_"
"""Reflex adds this to the name of a var."""

NAMESPACE = "/_event"
PATH = "/customers"
"""The path of the open page, which is guarded."""

OUTAGE_STATE = f"{STATE}.rxapp___auth___web___auth_state___outage____outage_state"
ANSWER_TIMEOUT_SECONDS = 5
PAUSE_SECONDS = 0.5
"""The pause between two clicks, and before the page connects again."""

AWAY = (OSError, ConnectionClosed, InvalidHandshake, TimeoutError)
"""The errors that a page gets while the server is away."""


Update = dict[str, Any]


class OutageNotice(ConnectionError):
    """The page says that something could not be done just now."""


@dataclass
class Page:
    """A page at `/customers`, logged in with `pair`. `left_for` is where the server has sent it, or empty."""

    url: str
    pair: dict[str, str] = field(repr=False)
    client_token: str = field(default_factory=lambda: str(uuid.uuid4()), repr=False)
    left_for: str = ""
    left_at: float = 0.0
    clicks: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    longest_wait: float = 0.0
    answer_timeout: float = ANSWER_TIMEOUT_SECONDS
    _answers: asyncio.Queue[Update] = field(default_factory=asyncio.Queue, repr=False)

    async def open(self) -> None:
        """Connect, and return when the page shows its guarded content."""
        address = f"{self.url.replace('http', 'ws', 1)}{NAMESPACE}/?token={self.client_token}&EIO=4&transport=websocket"
        self._socket: ClientConnection = await connect(
            address, origin=self.url, compression=None, ping_interval=None, max_size=None
        )
        await self._socket.send(f"40{NAMESPACE},{json.dumps({'event': self._event(HYDRATE, self._storage())})}")
        self._reader = asyncio.create_task(self._read())
        await self._until(lambda update: update["delta"].get(CUSTOMERS_STATE, {}).get(f"is_loaded{VAR}"))

    async def click(self) -> float:
        """Click Refresh, and return how many seconds its answer took."""
        began = time.perf_counter()
        await self._send(f"{CUSTOMERS_STATE}.refresh", {})
        await self._until(lambda update: f"refreshed{VAR}" in update["delta"].get(CUSTOMERS_STATE, {}))
        self.clicks += 1
        return time.perf_counter() - began

    async def click_until(self, is_over: asyncio.Event) -> None:
        """Click again and again. If the connection breaks, connect again, as the real page does."""
        while not is_over.is_set() and not self.left_for:
            began = time.monotonic()
            while not self.left_for:
                try:
                    if self._reader.done():
                        await self.open()
                    await self.click()
                    break
                except AWAY as error:
                    self.failures[_kind_of(error)] += 1
                    await asyncio.sleep(PAUSE_SECONDS)
            self.longest_wait = max(self.longest_wait, time.monotonic() - began)
            await asyncio.sleep(PAUSE_SECONDS)

    async def close(self) -> None:
        """Disconnect without a message, as a closed tab does."""
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader
        await self._socket.close()

    def _storage(self) -> dict[str, Any]:
        pair = {"jwt": self.pair["token"], "refresh_token": self.pair["refreshToken"]}
        return {"vars": {f"{AUTH_STATE}.{name}{VAR}": value for name, value in pair.items()}}

    def _event(self, name: str, payload: dict[str, Any]) -> dict[str, Any]:
        return {"name": name, "payload": payload, "router_data": {"pathname": PATH, "asPath": PATH, "query": {}}}

    async def _send(self, name: str, payload: dict[str, Any]) -> None:
        await self._socket.send(f"42{NAMESPACE},{json.dumps(['event', self._event(name, payload)])}")

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in self._socket:
                if message == "2":  # Engine.IO's ping
                    await self._socket.send("3")
                elif message.startswith(f"42{NAMESPACE},"):
                    await self._hear(json.loads(message.partition(",")[2])[1])

    async def _hear(self, update: Update) -> None:
        update.setdefault("delta", {})
        for follows in update.get("events") or ():
            if follows["name"] == "_remove_session_storage":  # then Reflex's page sends what it sends on connecting
                await self._send(HYDRATE, self._storage())
        command = update["delta"].get(AUTH_STATE, {}).get(f"storage_command{VAR}") or {}
        if command.get("go_to"):
            self.left_for, self.left_at = command["go_to"], time.monotonic()
        if (pair := command.get("pair")) and command["if_refresh_token"] in (None, digest(self.pair["refreshToken"])):
            self.pair = {"token": pair["jwt"], "refreshToken": pair["refreshToken"]}
            await self._send(f"{STATE}.reflex___state____update_vars_internal_state.update_vars_internal", self._storage())
        self._answers.put_nowait(update)

    async def _until(self, is_it: Callable[[Update], Any]) -> None:
        self._answers = asyncio.Queue()
        async with asyncio.timeout(self.answer_timeout):
            while not is_it(update := await self._answers.get()):
                if update["delta"].get(OUTAGE_STATE, {}).get(f"sentence{VAR}"):
                    raise OutageNotice


def _kind_of(error: BaseException) -> str:
    return "told" if isinstance(error, OutageNotice) else "no answer" if isinstance(error, TimeoutError) else "broken off"
