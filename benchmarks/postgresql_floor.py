"""The floor on PostgreSQL: Starlette, a connection for each of four threads, one UPDATE in autocommit per rotation, PyJWT."""

import asyncio
import os
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from benchmarks.floor_tokens import opened, pair, verify

THREADS = 4
"""As many as rxapp has for a database behind a network."""

TABLE = "CREATE TABLE floor_session (id uuid PRIMARY KEY, generation int, last_used_at timestamptz, revoked_at timestamptz)"
INSERT = "INSERT INTO floor_session VALUES (%s, 0, now(), NULL)"
ROTATE = """
UPDATE floor_session SET generation = generation + 1, last_used_at = now()
WHERE id = %s AND generation = %s AND revoked_at IS NULL
"""

_own = threading.local()


def connect() -> None:
    _own.db = psycopg.connect(os.environ["FLOOR_DATABASE"], autocommit=True, prepare_threshold=0)


threads = ThreadPoolExecutor(THREADS, initializer=connect)


def run(statement: str, *values: object) -> int:
    return _own.db.execute(statement, values).rowcount


async def in_thread(statement: str, *values: object) -> int:
    return await asyncio.get_running_loop().run_in_executor(threads, run, statement, *values)


async def log_in(_request: Request) -> JSONResponse:
    session_id = secrets.token_bytes(16)
    await in_thread(INSERT, session_id.hex())
    return JSONResponse(pair(session_id, 0))


async def refresh(request: Request) -> JSONResponse:
    body = await request.json()
    verify(body["accessToken"])
    if (held := opened(body["refreshToken"])) is None:
        return JSONResponse({}, 400)
    session_id, generation = held
    if await in_thread(ROTATE, session_id.hex(), generation) != 1:
        return JSONResponse({}, 400)
    return JSONResponse(pair(session_id, generation + 1), headers={"Cache-Control": "no-store"})


threads.submit(run, TABLE).result()
app = Starlette(
    routes=[
        Route("/api/auth/login", log_in, methods=["POST"]),
        Route("/api/token/refresh", refresh, methods=["POST"]),
    ]
)
