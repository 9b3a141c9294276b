"""The one auth service of this process, and the way from the event loop to its blocking calls."""

from collections.abc import Callable
from functools import cache
from typing import ParamSpec, TypeVar

import anyio
import anyio.to_thread

from rxapp.auth.passwords import HASHES_AT_A_TIME
from rxapp.auth.service import AuthService

CALLS_AT_A_TIME = 8
"""Threads for calls of the service; they wait for the database and seldom for the processor."""

P = ParamSpec("P")
R = TypeVar("R")

_service: AuthService | None = None


def use_service(service: AuthService) -> None:
    """Make `service` the one that guards, routes and pages call."""
    global _service
    _service = service


def get_service() -> AuthService:
    """The auth service in use."""
    if _service is None:
        raise RuntimeError("no auth service: call rxapp.auth.web.install_auth(app) where the app is made")
    return _service


async def in_thread(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a call that waits for the database without holding up the event loop."""
    return await anyio.to_thread.run_sync(lambda: call(*args, **kwargs), limiter=_call_limiter())


async def in_hashing_thread(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a call that hashes a password. Callers beyond the number of cores wait on the event loop, at no cost to others."""
    return await anyio.to_thread.run_sync(lambda: call(*args, **kwargs), limiter=_hashing_limiter())


@cache
def _call_limiter() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(CALLS_AT_A_TIME)


@cache
def _hashing_limiter() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(HASHES_AT_A_TIME)
