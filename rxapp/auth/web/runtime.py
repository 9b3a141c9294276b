"""The one auth service of this process, and the way from the event loop to its blocking calls."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

from rxapp.auth.errors import AuthError
from rxapp.auth.observation import CALL, HASH_AWAITED, HASH_DONE, REFUSED, notify
from rxapp.auth.passwords import HASHES_AT_A_TIME
from rxapp.auth.service import AuthService

SERVER_DATABASE_THREADS = 8
"""For a database behind a network, where threads mostly wait. SQLite gets one: its callers would only wait for each other."""

P = ParamSpec("P")
R = TypeVar("R")

_service: AuthService | None = None
_database_threads: ThreadPoolExecutor
_hashing_threads = ThreadPoolExecutor(HASHES_AT_A_TIME, thread_name_prefix="rxapp-hashing")


def use_service(service: AuthService) -> None:
    """Make `service` the one that guards, routes and pages call."""
    global _service, _database_threads
    _service = service
    is_sqlite = service.database.engine.dialect.name == "sqlite"
    _database_threads = ThreadPoolExecutor(1 if is_sqlite else SERVER_DATABASE_THREADS, thread_name_prefix="rxapp-database")


def get_service() -> AuthService:
    """The auth service in use."""
    if _service is None:
        raise RuntimeError("no auth service: call rxapp.auth.web.install_auth(app) where the app is made")
    return _service


async def in_thread(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a call that waits for the database without holding up the event loop."""
    return await _in_executor(_database_threads, partial(call, *args, **kwargs))


async def in_hashing_thread(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a call that hashes a password; callers beyond the number of cores wait in line, at no cost to others."""
    notify(HASH_AWAITED)
    try:
        return await _in_executor(_hashing_threads, partial(call, *args, **kwargs))
    finally:
        notify(HASH_DONE)


async def _in_executor(threads: ThreadPoolExecutor, call: partial[R]) -> R:
    began, context = time.perf_counter(), copy_context()
    try:
        return await asyncio.get_running_loop().run_in_executor(threads, context.run, call)
    except AuthError as error:
        notify(REFUSED, error.code)
        raise
    finally:
        notify(CALL, call.func.__name__, time.perf_counter() - began)
