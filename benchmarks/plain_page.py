"""Sockets that are open and do nothing: of the bare server, and of a page of a plain Reflex app."""

import asyncio
import contextlib
import json
import time
import uuid
from typing import Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

NAMESPACE = "/_event"
HYDRATE = "reflex___state____state.hydrate"
CLICK = "reflex___state____state.plain_reflex___plain_reflex____plain_state.click"
ROUTER_DATA = {"pathname": "/", "asPath": "/", "query": {}}
ANSWER_TIMEOUT_SECONDS = 10


class EchoSocket:
    """One message has gone to and fro."""

    def __init__(self, port: int) -> None:
        self._url = f"ws://127.0.0.1:{port}/"

    async def open(self) -> Self:
        self._socket: ClientConnection = await connect(self._url, compression=None, ping_interval=None)
        await self._socket.send("hello")
        await self._socket.recv()
        return self

    async def close(self) -> None:
        await self._socket.close()


class PlainPage:
    """It has hydrated, and answers the server's pings."""

    def __init__(self, port: int) -> None:
        self._origin = f"http://127.0.0.1:{port}"
        self._url = f"ws://127.0.0.1:{port}{NAMESPACE}/?token={uuid.uuid4()}&EIO=4&transport=websocket"
        self._answered = asyncio.Event()

    async def open(self) -> Self:
        self._socket: ClientConnection = await connect(self._url, origin=self._origin, compression=None, ping_interval=None)
        event = {"name": HYDRATE, "payload": {}, "router_data": ROUTER_DATA}
        await self._socket.send(f"40{NAMESPACE},{json.dumps({'event': event})}")
        self._reader = asyncio.create_task(self._read())
        await self._answer()
        return self

    async def click(self) -> float:
        """Click the button, and return how many seconds its answer took."""
        began = time.perf_counter()
        event = {"name": CLICK, "payload": {}, "router_data": ROUTER_DATA}
        await self._socket.send(f"42{NAMESPACE},{json.dumps(['event', event])}")
        await self._answer()
        return time.perf_counter() - began

    async def close(self) -> None:
        await self._socket.close()  # which ends the reader
        await self._reader

    async def _answer(self) -> None:
        async with asyncio.timeout(ANSWER_TIMEOUT_SECONDS):
            await self._answered.wait()
        self._answered.clear()

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in self._socket:
                if message == "2":  # Engine.IO's ping
                    await self._socket.send("3")
                elif str(message).startswith(f"42{NAMESPACE},"):
                    self._answered.set()
