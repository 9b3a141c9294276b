"""A page by hand: Socket.IO over a WebSocket, Reflex's events in it. It obeys nothing unless it is told to."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from chaos.page import AUTH_STATE, HYDRATE, NAMESPACE, STATE, VAR
from rxapp.auth.web.browser_storage.token_store import digest
from tests.dpop import DeviceKey

REPORT = f"{STATE}.reflex___state____update_vars_internal_state.update_vars_internal"
ON_LOAD = f"{STATE}.reflex___state____on_load_internal_state.on_load_internal"
LOGIN = f"{STATE}.rxapp___auth___web___pages___login____login_state.submit"
TIMEOUT_SECONDS = 90

MARKER = "what-only-its-owner-may-read"
"""Stands in all that the attacked app shows to a person."""

Update = dict[str, Any]


def storage_of(pair: dict[str, str]) -> dict[str, Any]:
    """The payload with which a page reports the pair, `{"token": …, "refreshToken": …}` or none."""
    if not pair:
        return {"vars": {}}
    return {
        "vars": {
            f"{AUTH_STATE}.jwt{VAR}": pair["token"],
            f"{AUTH_STATE}.refresh_token{VAR}": pair["refreshToken"],
        }
    }


@dataclass
class Browser:
    """What all its tabs have in common: the pair that it has stored, and the key that it keeps, if it can keep one."""

    pair: dict[str, str] = field(default_factory=dict)
    key: DeviceKey | None = None


class RawPage:
    """One connection to one page, of a `browser`, or of one that holds `pair` and `key` and has no other tabs.

    One that `obeys` stores what it is told and says so, proves its key when asked, and connects anew when asked to.
    """

    def __init__(
        self,
        url: str,
        *,
        client_token: str = "",
        pair: dict[str, str] | None = None,
        key: DeviceKey | None = None,
        browser: Browser | None = None,
        obeys: bool = True,
    ) -> None:
        self.url, self.client_token = url, client_token or str(uuid.uuid4())
        self.browser, self.obeys = browser or Browser(dict(pair or {}), key), obeys
        self.stores = True
        self.hides_key = False
        self.path = "/"
        self.updates: list[Update] = []
        self.messages: list[str] = []
        self.came = asyncio.Condition()

    @property
    def pair(self) -> dict[str, str]:
        """What the browser holds."""
        return self.browser.pair

    @property
    def key(self) -> DeviceKey | None:
        return self.browser.key

    async def connect(self, auth: Any = None) -> "RawPage":
        """Open the WebSocket; with `auth`, what the page sends along on connecting."""
        address = f"{self.url.replace('http', 'ws', 1)}{NAMESPACE}/?token={self.client_token}&EIO=4&transport=websocket"
        self.socket = await connect(
            address, origin=self.url, compression=None, ping_interval=None, max_size=None, open_timeout=30
        )
        await self.socket.send(f"40{NAMESPACE},{json.dumps(auth) if auth else ''}")
        self.reader = asyncio.create_task(self._read())
        await self.until(lambda: any(message.startswith(f"40{NAMESPACE}") for message in self.messages))
        return self

    async def open(self, path: str = "/") -> "RawPage":
        """Connect as a browser does, and wait until the page has loaded."""
        self.path = path
        await self.connect({"event": self.event(HYDRATE, storage_of(self.pair))})
        await self.until(lambda: self.value(f"is_hydrated{VAR}", STATE) is True)
        return self

    async def log_in(self, user_name: str, password: str) -> None:
        """By the form, as a person does; afterwards `pair` is theirs."""
        held = self.pair.get("refreshToken")
        await self.send(LOGIN, {"form": {"username": user_name, "password": password}})
        try:
            await self.until(lambda: self.pair.get("refreshToken") not in (None, held))
        except TimeoutError:
            raise AssertionError(f"nobody was logged in; at last came: {self.messages[-5:]}") from None

    def event(self, name: str, payload: dict[str, Any]) -> dict[str, Any]:
        return {"name": name, "payload": payload, "router_data": {"pathname": self.path, "asPath": self.path, "query": {}}}

    async def send(self, name: str, payload: dict[str, Any] | None = None) -> None:
        await self.emit(self.event(name, payload or {}))

    async def emit(self, event: Any) -> None:
        await self.socket.send(f"42{NAMESPACE},{json.dumps(['event', event])}")

    async def close(self) -> None:
        self.reader.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
            await self.reader
        await self.socket.close()

    def value(self, var: str, state: str) -> Any:
        """What the page shows of this var by now."""
        shown = [update["delta"][state][var] for update in self.updates if var in update.get("delta", {}).get(state, {})]
        return shown[-1] if shown else None

    @property
    def everything(self) -> str:
        """All that has come over this connection."""
        return "\n".join(self.messages)

    @property
    def redirects(self) -> list[str]:
        """Where it was sent."""
        commands = [update.get("delta", {}).get(AUTH_STATE, {}).get(f"storage_command{VAR}") or {} for update in self.updates]
        return [command["go_to"] for command in commands if "go_to" in command]

    async def until(self, is_so: Callable[[], Any], seconds: float = TIMEOUT_SECONDS) -> None:
        async with asyncio.timeout(seconds), self.came:
            await self.came.wait_for(is_so)

    async def quiet(self, seconds: float = TIMEOUT_SECONDS) -> None:
        """Wait until the server has answered all that was sent: a ping comes back after it."""
        already = self.messages.count(PONG)
        await self.socket.send(f'42{NAMESPACE},["ping"]')
        await self.until(lambda: self.messages.count(PONG) > already, seconds)
        # Events are handled beside the socket: what they give rise to comes soon after.
        seen = -1
        while seen != len(self.messages):
            seen = len(self.messages)
            with contextlib.suppress(TimeoutError):
                await self.until(lambda: len(self.messages) > seen, 0.25)  # noqa: B023

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in self.socket:
                if message == "2":
                    await self.socket.send("3")
                    continue
                self.messages.append(message)
                if message.startswith(f'42{NAMESPACE},["event"'):
                    update = json.loads(message.partition(",")[2])[1]
                    self.updates.append(update)
                    if self.obeys:
                        await self._obey(update)
                async with self.came:
                    self.came.notify_all()

    async def _obey(self, update: Update) -> None:
        auth = update.get("delta", {}).get(AUTH_STATE, {})
        if challenge := auth.get(f"key_challenge{VAR}"):
            proof = "not readable now" if self.hides_key else ""
            if self.key:
                at = datetime.fromtimestamp(challenge["at"], UTC)
                proof = self.key.proof("POST", "urn:rxapp:page", at, nonce=challenge["text"])
            await self.send(f"{AUTH_STATE}.prove_key", {"proof": proof})
        if self.stores and "pair" in (command := auth.get(f"storage_command{VAR}") or {}):
            await self._carry_out(command)
        for follows in update.get("events") or ():
            if follows["name"] == "_remove_session_storage":
                await self.send(HYDRATE, storage_of(self.pair))

    async def _carry_out(self, command: dict[str, Any]) -> None:
        held = {
            "if_session": self.pair.get("refreshToken", "")[:26],
            "if_refresh_token": self.pair.get("refreshToken", ""),
            "if_jwt": self.pair.get("token", ""),
        }
        if all(command[name] in (None, digest(value)) for name, value in held.items()):
            pair = command["pair"]
            self.browser.pair = {"token": pair["jwt"], "refreshToken": pair["refreshToken"]} if pair else {}
            await self.send(REPORT, storage_of(self.pair) if self.pair else storage_of({"token": "", "refreshToken": ""}))


PONG = f'42{NAMESPACE},["ping","pong"]'
