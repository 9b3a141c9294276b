"""An app for the tests of the server: it tells who the client is, answers at length, echoes, and does not stop."""

import asyncio
import json
import os

LONG = 8 * 1024 * 1024
LENGTHS = {"/long": LONG, "/some": 2_184_000}
"""The second is what a kernel takes, and a little more: so little waits in the server that it does not notice."""

SLOWNESS_SECONDS = 0.05
"""How long the app takes to forget a page."""

let_go: list[str] = []
"""The pages that have closed, and that the app has forgotten."""


def app():
    """The factory."""
    return answer


def broken_app():
    """One that cannot start."""

    async def fail(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no"})

    return fail


def endless_app():
    """One that does not end."""

    async def never_end(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await asyncio.Event().wait()
        else:
            await answer(scope, receive, send)

    return never_end


async def answer(scope, receive, send):
    """The app."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
    elif scope["type"] == "websocket":
        await echo(receive, send)
    else:
        length, is_refused = 0, scope["path"] == "/refused"
        while not is_refused and (message := await receive())["type"] == "http.request":
            length += len(message["body"])
            if not message["more_body"]:
                break
        told = {"client": scope["client"][0], "scheme": scope["scheme"], "read": length, "process": os.getpid()}
        told |= {"let_go": len(let_go), "headers": [name.decode() for name, _ in scope["headers"]]}
        body = b"x" * LENGTHS[scope["path"]] if scope["path"] in LENGTHS else json.dumps(told).encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 404 if is_refused else 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def echo(receive, send):
    """Until the client leaves, or says that it shall end."""
    await receive()
    await send({"type": "websocket.accept"})
    try:
        while (message := await receive())["type"] == "websocket.receive":
            if message.get("text") == "end":
                return
            if message.get("text") == "be silent":
                await send({"type": "websocket.send", "text": "x" * LONG})
            await send({"type": "websocket.send", "text": message["text"]})
    finally:
        await asyncio.sleep(SLOWNESS_SECONDS)
        let_go.append("one more")
