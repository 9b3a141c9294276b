"""For the tests of an app that uses `rxapp.auth`: a database for the tests, people who have logged in, and their pages.

The guards, the service and the database are real; only the browser is missing. `docs/guide/testing.md` has an example.
"""

import asyncio
from collections.abc import Collection, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any, TypeVar, cast

import reflex as rx
from reflex.event import EventHandler

from rxapp.auth.core.accounts.users import find_user
from rxapp.auth.core.clock import Clock, system_clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.settings.production_checks import RATE_LIMITS
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.core.tokens.token_pair import TokenPair
from rxapp.auth.http.runtime.declared_roles import declared_roles
from rxapp.auth.http.runtime.service import get_service, use_service
from rxapp.auth.migrations import AUTH_HISTORY
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.reflex_internals.state_trees import new_page

PASSWORD = "correct horse battery staple"
"""The password of every user that `signed_in_as` creates."""

S = TypeVar("S", bound=rx.State)
T = TypeVar("T")


def use_new_service(directory: Path, *, clock: Clock = system_clock, **settings: Any) -> AuthService:
    """From now on guards and routes use a new SQLite database in `directory`. Returns the service, to create users with.

    `clock` returns the time, aware and in UTC, so that a test can move it. Password hashing is cheap and there are no rate
    limits, unless `settings`, named as in `Settings`, say otherwise. No `.env` file is read.
    """
    cheap: dict[str, Any] = {
        "argon2_memory_kib": 8,
        "argon2_time_cost": 1,
        "secret_key": "of a test, and of nothing else: long enough",
    }
    url = f"sqlite:///{directory / 'auth.db'}"
    chosen = Settings(**{"_env_file": None, "database_url": url, **dict.fromkeys(RATE_LIMITS, 0), **cheap, **settings})
    service = AuthService(chosen, Database.of(chosen), clock)
    AUTH_HISTORY.migrate(service.database)
    use_service(service)
    return service


class Page:
    """One open page: its states, and the person who is logged in on it."""

    def __init__(self, pair: TokenPair | None = None) -> None:
        self._root = new_page()
        self._pair = pair
        if pair is not None:
            auth = self.state(AuthState)
            auth.jwt, auth.refresh_token = pair.access_token, pair.refresh_token

    @property
    def headers(self) -> dict[str, str]:
        """The headers for an HTTP request of the same person. Empty for nobody."""
        return {"Authorization": f"Bearer {self._pair.access_token}"} if self._pair else {}

    def state(self, cls: type[S]) -> S:
        """The page's state of this class. Its vars can be read and set."""
        return _run(self._root.get_state(cls))

    def call(self, handler: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """Send an event from the page, as in `page.call(NotesState.add, "milk")`. Returns the events that follow from it.

        If the guard refuses, the handler does not run. A person who has to log in is redirected to the login page.
        """
        if not isinstance(handler, EventHandler) or handler.state is None:
            raise TypeError("call(State.handler, *arguments): the handler itself, not the result of calling it")
        return _run(self._follow(handler.fn, cast("type[rx.State]", handler.state), args, kwargs))

    async def _follow(self, function: Any, cls: type[rx.State], args: tuple, kwargs: dict[str, Any]) -> list[Any]:
        auth = await self._root.get_state(AuthState)
        told = auth.storage_command
        result = function(await self._root.get_state(cls), *args, **kwargs)
        if hasattr(result, "__aiter__"):
            follows = [item async for item in result]
        elif hasattr(result, "__await__"):
            follows = [await result]
        else:
            follows = list(result) if hasattr(result, "__next__") else [result]
        if auth.storage_command != told and "go_to" in auth.storage_command:
            follows.append(rx.redirect(auth.storage_command["go_to"], replace=auth.storage_command["replaces"]))
        return [item for item in follows if item is not None]


def signed_in_as(user_name: str, *, roles: Collection[str] = ()) -> Page:
    """A page on which this user has just logged in. A user who does not exist is created, with these roles and `PASSWORD`."""
    service, held = get_service(), declared_roles(roles)
    with service.database.read() as db:
        is_there = find_user(db, user_name) is not None
    if not is_there:
        service.create_user(user_name, PASSWORD, roles=list(held))
    return Page(service.log_in(user_name, PASSWORD))


def nobody() -> Page:
    """A page on which nobody has logged in."""
    return Page()


def _run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run it on an event loop in a thread of its own, because the test's thread may already run one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(copy_context().run, asyncio.run, coroutine).result()
