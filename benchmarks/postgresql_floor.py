"""The floor on PostgreSQL: Starlette, psycopg's pool on the event loop, one UPDATE in autocommit for each rotation, PyJWT."""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from benchmarks.floor_tokens import opened, pair, verify

CONNECTIONS = int(os.environ.get("FLOOR_CONNECTIONS", "10"))
"""As many as rxapp keeps by default."""

pool = AsyncConnectionPool(
    os.environ["FLOOR_DATABASE"], min_size=CONNECTIONS, max_size=CONNECTIONS, kwargs={"autocommit": True}, open=False
)

TABLE = "CREATE TABLE floor_session (id uuid PRIMARY KEY, generation int, last_used_at timestamptz, revoked_at timestamptz)"
ROTATE = """
UPDATE floor_session SET generation = generation + 1, last_used_at = now()
WHERE id = %s AND generation = %s AND revoked_at IS NULL
"""


async def log_in(_request: Request) -> JSONResponse:
    session_id = secrets.token_bytes(16)
    async with pool.connection() as db:
        await db.execute("INSERT INTO floor_session VALUES (%s, 0, now(), NULL)", (session_id.hex(),))
    return JSONResponse(pair(session_id, 0))


async def refresh(request: Request) -> JSONResponse:
    body = await request.json()
    verify(body["accessToken"])
    if (held := opened(body["refreshToken"])) is None:
        return JSONResponse({}, 400)
    session_id, generation = held
    async with pool.connection() as db:
        rotated = await db.execute(ROTATE, (session_id.hex(), generation), prepare=True)
    if rotated.rowcount != 1:
        return JSONResponse({}, 400)
    return JSONResponse(pair(session_id, generation + 1), headers={"Cache-Control": "no-store"})


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[None]:
    await pool.open(wait=True)
    async with pool.connection() as db:
        await db.execute(TABLE)
    yield
    await pool.close()


app = Starlette(
    lifespan=lifespan,
    routes=[
        Route("/api/auth/login", log_in, methods=["POST"]),
        Route("/api/token/refresh", refresh, methods=["POST"]),
    ],
)
