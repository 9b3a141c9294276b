"""A whole app with an API of its own, asked by nobody, by one without the role and by one with it; prints what they get."""

import asyncio
import json
from typing import Annotated

import httpx
import reflex as rx
from fastapi import FastAPI, WebSocket

from rxapp.auth import AUTH_HISTORY, Identity
from rxapp.auth import web as auth
from tests.handshake import shake_hands

own = FastAPI()


@own.get("/own/managers", dependencies=[auth.require("Manager")])
async def managers() -> str:
    return "welcome"


async def socket(websocket: WebSocket, caller: Annotated[Identity, auth.require("Manager")]) -> None:
    await websocket.accept()
    await websocket.send_text(caller.user_name)


own.add_api_websocket_route("/own/socket", socket)
app = rx.App(api_transformer=own)
api = auth.install_auth(app)
api.add_api_websocket_route("/api/socket", socket)
service = auth.get_service()
AUTH_HISTORY.migrate(service.database)
headers = [{}]
for name, roles in (("clerk", ["Clerk"]), ("manager", ["Manager"])):
    service.create_user(name, "correct horse battery staple", roles=roles)
    pair = service.log_in(name, "correct horse battery staple")
    headers.append({"Authorization": f"Bearer {pair.access_token}"})
served = app()


async def ask(path):
    transport = httpx.ASGITransport(served, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        return [(await client.get(path, headers=each)).status_code for each in headers]


def greeted(path):
    return [shake_hands(served, path, each)[0] for each in headers]


statuses = asyncio.run(ask("/own/managers"))
sockets = {path: [sent.get("code", sent["type"]) for sent in greeted(path)] for path in ("/own/socket", "/api/socket")}
print(json.dumps([statuses, sockets]))  # noqa: T201
