"""The one auth service of this process, and how the event loop makes its blocking calls."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, ParamSpec, TypeVar

from rxapp.auth.core.audit.signals import CALL, HASH_AWAITED, HASH_DONE, REFUSED, notify
from rxapp.auth.core.database.nonblocking_sqlite import WouldBlock
from rxapp.auth.core.errors import AuthError
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.passwords.hasher import HASHES_AT_A_TIME
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.steps import Steps
from rxapp.auth.core.tokens.token_pair import TokenPair
from rxapp.auth.http.runtime.group_commit import GroupCommit
from rxapp.auth.http.runtime.worker_threads import CallThreads

SERVER_DATABASE_THREADS = 4
"""For a database server. Threads mostly wait for the network. With more of them, they would compete for the interpreter lock.

SQLite gets one thread: more would only wait for each other.
"""

OVERLOAD_PAUSE_SECONDS = 5
"""The time in which a full line is done, with argon2id at its default cost on two cores."""

HASHING_NICENESS = 10
"""A lower priority for the hashing threads: even when all cores hash, the event loop runs first. All others wait for it."""

P = ParamSpec("P")
R = TypeVar("R")

_service: AuthService | None = None
_database_threads = CallThreads(1, "rxapp-database")
_commits = GroupCommit()
_hashing_calls = 0


def _yield_to_others() -> None:
    if sys.platform == "linux":  # only there each thread has its own priority
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), HASHING_NICENESS)


_hashing_threads = CallThreads(HASHES_AT_A_TIME, "rxapp-hashing", _yield_to_others)


class Overloaded(AuthError):
    """The line for hashing a password is full. One more caller would wait too long, and use memory meanwhile."""

    code = "temporarily_unavailable"
    message = "Too many people are logging in right now. Please try again in a moment."
    retry_after_seconds = OVERLOAD_PAUSE_SECONDS


def use_service(service: AuthService) -> None:
    """Set the service that guards, routes and pages call."""
    global _service, _database_threads, _commits
    _service = service
    _database_threads.close()
    _commits.close()
    _commits = GroupCommit(service.database)
    is_sqlite = service.database.engine.dialect.name == "sqlite"
    _database_threads = CallThreads(1 if is_sqlite else SERVER_DATABASE_THREADS, "rxapp-database")


def get_service() -> AuthService:
    """The auth service in use."""
    if _service is None:
        raise RuntimeError("no auth service: call install_auth(app) where the app is made")
    return _service


async def in_thread(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a call that waits for the database, without blocking the event loop."""
    with _measuring(call):
        return await _database_threads.run(partial(call, *args, **kwargs))


async def verify_access(access_token: str, client: Client, *, received: bool = True) -> Identity:
    """The same as `AuthService.verify_access`, for the event loop."""
    service = await _service_with_fresh_keys()
    with _measuring(service.verify_access):
        return await _at_once_or_in_thread(service.verify_access, access_token, client, received=received)


async def refresh_pair(access_token: str, refresh_token: str, client: Client) -> TokenPair:
    """The same as `AuthService.refresh`, for the event loop."""
    service = await _service_with_fresh_keys()
    with _measuring(service.refresh):
        return await _on_event_loop(service.refresh_in_steps(access_token, refresh_token, client))


async def _on_event_loop(steps: Steps[R]) -> R:
    """Does what `steps.run` does, and never blocks the event loop."""
    try:
        step = next(steps)
        while True:
            try:
                if step.tries:
                    answer = await _at_once_or_in_thread(step.call, *step.arguments)
                    await _commits.until_on_disk()
                else:
                    answer = await _database_threads.run(partial(step.call, *step.arguments))
                await _service_with_fresh_keys()
            except Exception as error:  # noqa: BLE001  the operation decides
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as done:
        return done.value


async def _at_once_or_in_thread(call: Callable[..., R], *args: Any, **kwargs: Any) -> R:
    """Call on the event loop, or in a thread if the call would wait. Waking a thread takes longer than a call that does not."""
    try:
        return call(*args, **kwargs, may_wait=False)
    except WouldBlock:
        return await _database_threads.run(partial(call, *args, **kwargs))


async def _service_with_fresh_keys() -> AuthService:
    """The service, after its keys are refreshed. Until the next `await` it reads no key from the database on the event loop."""
    service = get_service()
    if not service.key_ring.is_fresh():
        await _database_threads.run(service.key_ring.signer)
    return service


async def in_hashing_thread(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a call that hashes a password. One runs per core; others wait in line. Raises `Overloaded` if it is full."""
    global _hashing_calls
    require_place_in_line()
    _hashing_calls += 1
    notify(HASH_AWAITED)
    try:
        with _measuring(call):
            return await _hashing_threads.run(partial(call, *args, **kwargs))
    finally:
        _hashing_calls -= 1
        notify(HASH_DONE)


def require_place_in_line() -> None:
    """Raise `Overloaded` if `in_hashing_thread` would."""
    if _hashing_calls >= HASHES_AT_A_TIME + get_service().settings.login_queue_limit:
        raise Overloaded


@contextmanager
def _measuring(call: Callable[..., Any]) -> Iterator[None]:
    began = time.perf_counter()
    try:
        yield
    except AuthError as error:
        notify(REFUSED, error.code)
        raise
    finally:
        notify(CALL, call.__name__, time.perf_counter() - began)
