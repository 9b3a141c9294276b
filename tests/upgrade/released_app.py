"""The last release at work, in a process of its own. All imports are the release's, so this file never needs a change.

Each line that it reads is a task in JSON, and it answers each with a line.
"""

import asyncio
import json
import sys
from datetime import datetime
from typing import Any

import httpx
import reflex as rx
from contract import contract_of
from rxapp.auth.key_ring import PROPAGATION_DELAY
from rxapp.auth.key_rotation import rotate
from rxapp.auth.web.runtime import use_service

import rxapp
from rxapp.auth import AUTH_HISTORY, AuthService, Database, Settings, web

ORIGIN = "http://testserver"

app = rx.App()
api = web.install_auth(app)


def contract() -> dict[str, Any]:
    return {"file": rxapp.__file__} | contract_of(app, api)


def sign_in(
    url: str, secret_key: str, now: str, user_name: str, password: str, proof: str, *, stores_its_keys: bool
) -> dict[str, Any]:
    """On a new database: a person registers and logs in, with the key that makes `proof` too; somebody else is sent a link.

    If it stores its keys, all but the first two sessions are signed with a new key, which is encrypted in the database.
    """
    moment = datetime.fromisoformat(now)
    cheap = {"argon2_memory_kib": 8, "argon2_time_cost": 1}
    settings = Settings(_env_file=None, secret_key=secret_key, public_origins=(ORIGIN,), **cheap)
    database = Database(url)
    AUTH_HISTORY.migrate(database)
    service = AuthService(settings, database, lambda: moment)
    service.accounts.register(user_name, "", password)
    credentials = {"username": user_name, "password": password}
    told = {
        "bound": post(service, "/api/auth/login", credentials, {"DPoP": proof}),
        "elder": post(service, "/api/auth/login", credentials),
    }
    if stores_its_keys:
        rotate(settings, database, service.clock)
        moment += PROPAGATION_DELAY
        service = AuthService(settings, database, lambda: moment)
    told["pair"] = post(service, "/api/auth/login", credentials)
    told["spent"] = post(service, "/api/auth/login", credentials)
    told["successor"] = refresh(service, told["spent"])
    told["link"] = service.administration.create_user("invited", "", ["Clerk"])[1]
    database.dispose()
    return told | {"now": moment.isoformat()}


def refresh(service: AuthService, pair: dict[str, str]) -> dict[str, str]:
    return post(service, "/api/token/refresh", {"accessToken": pair["token"], "refreshToken": pair["refreshToken"]})


def post(service: AuthService, path: str, body: dict[str, str], headers: dict[str, str] | None = None) -> dict[str, Any]:
    """What its HTTP API answers."""

    async def answer() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=api), base_url=ORIGIN) as client:
            return await client.post(path, json=body, headers=headers)

    use_service(service)
    response = asyncio.run(answer())
    assert response.status_code == httpx.codes.OK, response.text
    return response.json()


for line in sys.stdin:
    task = json.loads(line)
    sys.stdout.write(json.dumps(globals()[task.pop("task")](**task)) + "\n")
    sys.stdout.flush()
