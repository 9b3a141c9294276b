"""A WebSocket's handshake over ASGI, as a server hands it on, and what comes of it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context


def shake_hands(app, path: str, headers: dict[str, str] | None = None) -> list[dict]:
    """What the app sends to a client that connects, and goes when it has heard something."""
    sent = []

    async def connect() -> None:
        came = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000}])

        async def receive() -> dict:
            return next(came)

        async def send(message: dict) -> None:
            sent.append(message)

        all_headers = {"host": "testserver", "upgrade": "websocket", "connection": "upgrade"} | (headers or {})
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode()) for name, value in all_headers.items()],
            "client": ("192.0.2.1", 1234),
            "server": ("testserver", 80),
            "subprotocols": [],
            "extensions": {},
            "state": {},
        }
        await app(scope, receive, send)

    with ThreadPoolExecutor(1) as thread:  # an event loop of its own, for Playwright's occupies the main one
        thread.submit(copy_context().run, asyncio.run, connect()).result()
    return sent
