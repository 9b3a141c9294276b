"""The one auth service of this process, and the way from the event loop to its blocking calls."""

import os
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

from rxapp.auth.core.audit.signals import CALL, HASH_AWAITED, HASH_DONE, REFUSED, notify
from rxapp.auth.core.database.nonblocking_sqlite import WouldBlock
from rxapp.auth.core.errors import AuthError
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.passwords.hasher import HASHES_AT_A_TIME
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.tokens.token_pair import TokenPair
from rxapp.auth.http.runtime.worker_threads import CallThreads

SERVER_DATABASE_THREADS = 4
"""For a database behind a network, where threads mostly wait; of more, those that do not would fight for the interpreter.

SQLite gets one: its callers would only wait for each other.
"""

OVERLOAD_PAUSE_SECONDS = 5
"""What a full line takes to pass, with argon2id at its default cost on two cores."""

HASHING_NICENESS = 10
"""While all cores hash, the event loop, which everybody else waits for, comes first."""

P = ParamSpec("P")
R = TypeVar("R")

_service: AuthService | None = None
_database_threads = CallThreads(1, "rxapp-database")
_hashing_calls = 0


def _yield_to_others() -> None:
    if sys.platform == "linux":  # where a thread has a priority of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), HASHING_NICENESS)


_hashing_threads = CallThreads(HASHES_AT_A_TIME, "rxapp-hashing", _yield_to_others)


class Overloaded(AuthError):
    """So many wait for a password to be hashed that another would wait too long, and use memory meanwhile."""

    code = "temporarily_unavailable"
    message = "Too many people are logging in right now. Please try again in a moment."
    retry_after_seconds = OVERLOAD_PAUSE_SECONDS


def use_service(service: AuthService) -> None:
    """Make `service` the one that guards, routes and pages call."""
    global _service, _database_threads
    _service = service
    _database_threads.close()
    is_sqlite = service.database.engine.dialect.name == "sqlite"
    _database_threads = CallThreads(1 if is_sqlite else SERVER_DATABASE_THREADS, "rxapp-database")


def get_service() -> AuthService:
    """The auth service in use."""
    if _service is None:
        raise RuntimeError("no auth service: call install_auth(app) where the app is made")
    return _service


async def in_thread(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a call that waits for the database without holding up the event loop."""
    return await _measured(_database_threads, partial(call, *args, **kwargs))


async def verify_access(access_token: str, client: Client, *, received: bool = True) -> Identity:
    """`AuthService.verify_access`, at once or in a thread."""
    service = await _service_with_fresh_keys()
    return await _at_once_or_in_thread(
        service.verify_access_at_once, service.verify_access, access_token, client, received=received
    )


async def refresh_pair(access_token: str, refresh_token: str, client: Client) -> TokenPair:
    """`AuthService.refresh`: what waits at once or in a thread, and the rest here."""
    service = await _service_with_fresh_keys()
    try:
        asked = service.rotator.read(access_token, refresh_token, client)
    except AuthError:  # which is to be written down
        return await in_thread(service.refresh, access_token, refresh_token, client)
    session = await _at_once_or_in_thread(service.rotator.answer_at_once, service.answer_refresh, asked)
    return (await _service_with_fresh_keys()).rotator.successor(asked, session)


async def _service_with_fresh_keys() -> AuthService:
    """To compute with until the next `await`: else the event loop might have to wait for the database, of all things for keys."""
    service = get_service()
    if not service.key_ring.is_fresh():
        await in_thread(service.key_ring.signer)
    return service


async def in_hashing_thread(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a call that hashes a password. Callers beyond the number of cores wait in line. Raises `Overloaded` if that is full."""
    global _hashing_calls
    require_place_in_line()
    _hashing_calls += 1
    notify(HASH_AWAITED)
    try:
        return await _measured(_hashing_threads, partial(call, *args, **kwargs))
    finally:
        _hashing_calls -= 1
        notify(HASH_DONE)


def require_place_in_line() -> None:
    """Raise `Overloaded` if `in_hashing_thread` would."""
    if _hashing_calls >= HASHES_AT_A_TIME + get_service().settings.login_queue_limit:
        raise Overloaded


async def _at_once_or_in_thread(at_once: Callable[P, R], call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Where nothing has to be waited for, to wake a thread would take longer than the call."""
    began = time.perf_counter()
    try:
        answer = at_once(*args, **kwargs)
    except WouldBlock:
        return await in_thread(call, *args, **kwargs)
    except AuthError as error:
        _notify_called(call, began, error)
        raise
    _notify_called(call, began)
    return answer


async def _measured(threads: CallThreads, call: partial[R]) -> R:
    began = time.perf_counter()
    refused = None
    try:
        return await threads.run(call)
    except AuthError as error:
        refused = error
        raise
    finally:
        _notify_called(call.func, began, refused)


def _notify_called(call: Callable, began: float, refused: AuthError | None = None) -> None:
    if refused is not None:
        notify(REFUSED, refused.code)
    notify(CALL, call.__name__, time.perf_counter() - began)
