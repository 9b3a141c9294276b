"""Fits the auth core into a FastAPI app; what an app on Reflex needs of it too is written here once."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp

from rxapp.auth.core.clock import Clock, system_clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.features import Feature, included_features
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.settings.settings import Settings, get_settings
from rxapp.auth.http.api.app import add_routes, auth_router
from rxapp.auth.http.api.conflicts import InstalledTwice, require_free_api
from rxapp.auth.http.logs.library_records import keep_payloads_out
from rxapp.auth.http.middleware.login_pacing import add_login_pacing
from rxapp.auth.http.middleware.request_log import RequestLog
from rxapp.auth.http.middleware.security_headers import (
    DEFAULT_HEADERS,
    POLICY,
    SecurityHeaders,
    SecurityHeadersMiddleware,
)
from rxapp.auth.http.operations.health import health_router
from rxapp.auth.http.operations.pruning_task import regular_pruning
from rxapp.auth.http.operations.readiness import readiness
from rxapp.auth.http.operations.routes import add_operations
from rxapp.auth.http.operations.startup import prepared_database
from rxapp.auth.http.runtime.hooks import NO_HOOKS, Hooks, use_hooks
from rxapp.auth.http.runtime.service import use_service

_MARK = "rxapp_auth_is_installed"


def install_auth(
    app: FastAPI,
    *,
    settings: Settings | None = None,
    database: Database | None = None,
    clock: Clock = system_clock,
    features: Sequence[Feature] | None = None,
    hooks: Hooks = NO_HOOKS,
    security_headers: SecurityHeaders | None = DEFAULT_HEADERS,
    migrates: bool = True,
) -> None:
    """Give `app` the routes for logging in and for one's account, with registration if the settings allow it, and `/healthz`.

    All routes of `app` get our limits, request ids and security headers, and answer errors with problem documents; a handler
    of errors that the app has of its own stays. HTML pages, such as FastAPI's `/docs`, get no Content-Security-Policy of ours.

    At start our tables are brought up to date in development, unless `migrates` is False; in production the app does not start
    with old ones. `features` are the further ways to log in (`rxapp.auth.features`): by default all that need no configuration.
    `hooks` are what the app does when somebody logs in, registers or logs out.

    Raises `RouteTaken` or `InstalledTwice`, and `UnsafeSettings` in production.
    """
    settings = settings or get_settings()
    if getattr(app.state, _MARK, False):
        raise InstalledTwice
    features = included_features() if features is None else features
    router = auth_router(features, with_registration=settings.registration)
    _require_free(app, router)
    start_service(settings, database, clock, features, hooks)
    setattr(app.state, _MARK, True)
    add_routes(app, settings, router)
    add_operations(app, settings)
    _put_outside(app, settings, security_headers)
    _begin_with(app, settings, prepared_database(migrates=migrates))


def start_service(
    settings: Settings, database: Database | None, clock: Clock, features: Sequence[Feature] | None, hooks: Hooks
) -> None:
    """Have guards, routes and pages work on these settings. Also keeps what was sent out of the logs of libraries."""
    keep_payloads_out(settings)
    use_service(AuthService(settings, database or Database.of(settings), clock, features=features))
    use_hooks(hooks)


def _require_free(app: FastAPI, router: APIRouter) -> None:
    ours = FastAPI()
    ours.include_router(router)
    ours.include_router(health_router(readiness))
    require_free_api([app], ours)


def _put_outside(app: FastAPI, settings: Settings, wanted: SecurityHeaders | None) -> None:
    """Around everything, the answer to an unexpected error included, which no middleware of the app sees."""
    build: Callable[[], ASGIApp] = app.build_middleware_stack

    def build_with_ours() -> ASGIApp:
        stack = RequestLog(build())
        if wanted is None:
            return stack
        headers = wanted.for_others(settings)
        # Which sources a page needs is known to the app alone: ours would leave FastAPI's /docs without its scripts.
        for_pages = {name: value for name, value in headers.items() if name != POLICY or POLICY in wanted.headers}
        return SecurityHeadersMiddleware(stack, for_pages=for_pages, for_others=headers, keeps_credentials=True)

    app.build_middleware_stack = build_with_ours  # type: ignore[method-assign]


def _begin_with(app: FastAPI, settings: Settings, prepared: Callable[[], AbstractAsyncContextManager[None]]) -> None:
    """Before the app's own start, which may use our tables already, and until after its end."""
    own, paced = app.router.lifespan_context, add_login_pacing()

    @asynccontextmanager
    async def lifespan(running: FastAPI) -> AsyncIterator[Any]:
        keep_payloads_out(settings)  # again, when all of the app has set up its logging
        async with prepared(), regular_pruning(), paced(running), own(running) as state:
            yield state

    app.router.lifespan_context = lifespan
