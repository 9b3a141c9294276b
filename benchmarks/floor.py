"""The floor: the least that a rotation can cost in Python. Starlette, raw sqlite3 on the event loop, the same UPDATE, PyJWT.

It keeps no protocol: nothing here answers a retry, detects reuse, knows users or ends a session.
"""

import os
import secrets
import sqlite3
import time

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from benchmarks.floor_tokens import opened, pair, verify

db = sqlite3.connect(os.environ["FLOOR_DATABASE"], isolation_level=None, check_same_thread=False)
db.execute("PRAGMA journal_mode = WAL")
db.execute(f"PRAGMA synchronous = {os.environ['FLOOR_SYNCHRONOUS']}")
db.execute("CREATE TABLE session (id TEXT PRIMARY KEY, generation INTEGER, last_used_at REAL, revoked_at REAL)")

db.execute("CREATE TABLE customer (name TEXT)")
db.executemany("INSERT INTO customer VALUES (?)", [("John Doe",), ("Jane Doe",)])

ROTATE = "UPDATE session SET generation = generation + 1, last_used_at = ? WHERE id = ? AND generation = ? AND revoked_at IS NULL"


async def log_in(_request: Request) -> JSONResponse:
    """Without a password: the floor of logging in is the hash alone."""
    session_id = secrets.token_bytes(16)
    db.execute("INSERT INTO session VALUES (?, 0, ?, NULL)", (session_id.hex(), time.time()))
    return JSONResponse(pair(session_id, 0))


async def refresh(request: Request) -> JSONResponse:
    body = await request.json()
    verify(body["accessToken"])
    if (held := opened(body["refreshToken"])) is None:
        return JSONResponse({}, 400)
    session_id, generation = held
    if db.execute(ROTATE, (time.time(), session_id.hex(), generation)).rowcount != 1:
        return JSONResponse({}, 400)
    return JSONResponse(pair(session_id, generation + 1), headers={"Cache-Control": "no-store"})


async def customers(request: Request) -> JSONResponse:
    verify(request.headers["Authorization"].removeprefix("Bearer "))
    return JSONResponse(["John Doe", "Jane Doe"])


async def open_customers(_request: Request) -> JSONResponse:
    return JSONResponse([name for (name,) in db.execute("SELECT name FROM customer ORDER BY rowid")])


app = Starlette(
    routes=[
        Route("/api/auth/login", log_in, methods=["POST"]),
        Route("/api/token/refresh", refresh, methods=["POST"]),
        Route("/api/customers", customers),
        Route("/open/customers", open_customers),
    ]
)
