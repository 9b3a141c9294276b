"""The floor: the least that a rotation can cost in Python. Starlette, raw sqlite3 on the event loop, the same UPDATE, PyJWT.

It keeps no protocol: nothing here answers a retry, detects reuse, knows users or ends a session.
"""

import base64
import hashlib
import hmac
import os
import secrets
import sqlite3
import time

import jwt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

KEY = b"k" * 32
TOKEN_LIFETIME_SECONDS = 3600

db = sqlite3.connect(os.environ["FLOOR_DATABASE"], isolation_level=None, check_same_thread=False)
db.execute("PRAGMA journal_mode = WAL")
db.execute(f"PRAGMA synchronous = {os.environ['FLOOR_SYNCHRONOUS']}")
db.execute("CREATE TABLE session (id TEXT PRIMARY KEY, generation INTEGER, last_used_at REAL, revoked_at REAL)")

ROTATE = "UPDATE session SET generation = generation + 1, last_used_at = ? WHERE id = ? AND generation = ? AND revoked_at IS NULL"


def pair(session_id: bytes, generation: int) -> dict[str, str]:
    now = int(time.time())
    claims = {"iss": "floor", "aud": "floor", "sub": session_id.hex(), "sid": session_id.hex(), "gen": generation}
    claims |= {"jti": secrets.token_urlsafe(16), "name": "johndoe", "roles": ["Manager"]}
    claims |= {"iat": now, "nbf": now, "exp": now + TOKEN_LIFETIME_SECONDS}
    body = session_id + generation.to_bytes(4, "big")
    refresh_token = base64.urlsafe_b64encode(body + hmac.digest(KEY, body, hashlib.sha256)).decode()
    return {"token": jwt.encode(claims, KEY, algorithm="HS256"), "refreshToken": refresh_token}


def verify(token: str) -> dict:
    return jwt.decode(token, KEY, algorithms=["HS256"], audience="floor", issuer="floor")


async def log_in(_request: Request) -> JSONResponse:
    """Without a password: the floor of logging in is the hash alone."""
    session_id = secrets.token_bytes(16)
    db.execute("INSERT INTO session VALUES (?, 0, ?, NULL)", (session_id.hex(), time.time()))
    return JSONResponse(pair(session_id, 0))


async def refresh(request: Request) -> JSONResponse:
    body = await request.json()
    verify(body["accessToken"])
    raw = base64.urlsafe_b64decode(body["refreshToken"])
    session_id, generation = raw[:16], int.from_bytes(raw[16:20], "big")
    if not hmac.compare_digest(raw[20:], hmac.digest(KEY, raw[:20], hashlib.sha256)):
        return JSONResponse({}, 400)
    if db.execute(ROTATE, (time.time(), session_id.hex(), generation)).rowcount != 1:
        return JSONResponse({}, 400)
    return JSONResponse(pair(session_id, generation + 1), headers={"Cache-Control": "no-store"})


async def customers(request: Request) -> JSONResponse:
    verify(request.headers["Authorization"].removeprefix("Bearer "))
    return JSONResponse(["John Doe", "Jane Doe"])


app = Starlette(
    routes=[
        Route("/api/auth/login", log_in, methods=["POST"]),
        Route("/api/token/refresh", refresh, methods=["POST"]),
        Route("/api/customers", customers),
    ]
)
