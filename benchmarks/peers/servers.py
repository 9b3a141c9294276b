"""The peers as servers under measurement, each with one worker, a fresh database and sessions for its clients."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.peers.environments import APPS, environment
from benchmarks.servers import SESSIONS, UVICORN, Server, free_port, running

SQLITE_THREADS, POSTGRESQL_THREADS = 1, 4
"""For simplejwt, under granian: quicker than gunicorn with 2 or 4 threads. With more than one, SQLite's writers wait too long."""


@contextmanager
def simplejwt(directory: Path, postgresql: dict[str, str] | None = None) -> Iterator[Server]:
    """On PostgreSQL if its `PG…` variables are given."""
    python = environment("simplejwt") / "bin" / "python"
    settings = postgresql or {"SQLITE_FILE": str(directory / "simplejwt.db")}
    command = [str(python), str(APPS / "simplejwt_app.py"), str(SESSIONS)]
    prepared = subprocess.run(command, env=os.environ | settings, stdout=subprocess.PIPE, text=True, check=True)
    port, pairs = free_port(), directory / "simplejwt.json"
    pairs.write_text(prepared.stdout)
    threads = str(POSTGRESQL_THREADS if postgresql else SQLITE_THREADS)
    serve = ["-m", "granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", threads, "--port", str(port)]
    serve.append("simplejwt_app:application")
    with running(serve, settings, directory / "simplejwt.log", port, python, APPS):
        yield Server("simplejwt", port, pairs, rotation="rotate_simplejwt")


@contextmanager
def fastapi_users(directory: Path) -> Iterator[Server]:
    port, tokens = free_port(), directory / "fastapi-users.json"
    settings = {"SQLITE_FILE": str(directory / "fastapi-users.db"), "TOKENS_FILE": str(tokens)}
    python = environment("fastapi-users") / "bin" / "python"
    serve = [*UVICORN, str(port), "fastapi_users_app:app"]
    with running(serve, settings, directory / "fastapi-users.log", port, python, APPS):
        yield Server("fastapi-users", port, tokens)


@contextmanager
def better_auth(directory: Path) -> Iterator[Server]:
    port, cookies, home = free_port(), directory / "better-auth.json", environment("better-auth")
    settings = {"PORT": str(port), "SQLITE_FILE": str(directory / "better-auth.db"), "COOKIES_FILE": str(cookies)}
    server = home / "server.mjs"  # Node looks for packages beside the file
    server.write_text((APPS / "better_auth_server.mjs").read_text())
    with running([str(server)], settings, directory / "better-auth.log", port, "node", home):
        yield Server("better-auth", port, cookies)
