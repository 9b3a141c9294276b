"""Installs the auth core in a FastAPI app. The installation in a Reflex app uses parts of this module too."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp

from rxapp.auth.core.clock import Clock, system_clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.features import Feature, features_in_use
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.settings.provider_settings import NamedProvider, with_providers
from rxapp.auth.core.settings.settings import Settings, get_settings
from rxapp.auth.http.api.app import add_routes, auth_router
from rxapp.auth.http.api.installation_conflicts import InstalledTwice, require_free_api
from rxapp.auth.http.logs.library_records import keep_payloads_out
from rxapp.auth.http.middleware.login_pacing import switch_threads_often
from rxapp.auth.http.middleware.request_border import RequestBorder
from rxapp.auth.http.middleware.security_headers import (
    DEFAULT_HEADERS,
    POLICY,
    ResponseHeaders,
    SecurityHeaders,
)
from rxapp.auth.http.operations.feature_tasks import feature_tasks
from rxapp.auth.http.operations.health import health_router
from rxapp.auth.http.operations.pruning_task import regular_pruning
from rxapp.auth.http.operations.readiness import readiness
from rxapp.auth.http.operations.routes import add_operations
from rxapp.auth.http.operations.startup import prepared_database
from rxapp.auth.http.runtime.hooks import NO_HOOKS, Hooks, use_hooks
from rxapp.auth.http.runtime.service import use_service

_INSTALLED = "rxapp_auth_is_installed"


def install_auth(
    app: FastAPI,
    *,
    settings: Settings | None = None,
    database: Database | None = None,
    clock: Clock = system_clock,
    features: Sequence[Feature] | None = None,
    providers: Sequence[NamedProvider] | None = None,
    hooks: Hooks = NO_HOOKS,
    security_headers: SecurityHeaders | None = DEFAULT_HEADERS,
    migrates: bool = True,
) -> None:
    """Add to `app` the routes for logging in and for one's account, `/healthz`, and registration if the settings allow it.

    All routes of `app` get our limits, request ids and security headers, and answer errors with problem documents. The app's own
    error handlers stay. HTML pages, such as FastAPI's `/docs`, do not get our Content-Security-Policy.

    In development our tables are migrated at the start, unless `migrates` is False. In production the app does not start with
    old tables. `features` are further ways to log in (`rxapp.auth.features`): by default all that need no configuration.
    `providers` are others with which people log in, such as `google()`; the environment can name more. `hooks` are what the app
    does when somebody logs in, registers or logs out.

    Raises `RouteTaken` or `InstalledTwice`, and `UnsafeSettings` in production.
    """
    settings = with_providers(settings or get_settings(), providers)
    if getattr(app.state, _INSTALLED, False):
        raise InstalledTwice
    features = features_in_use(settings, features)
    router = auth_router(features, with_registration=settings.registration)
    _require_free(app, router)
    start_service(settings, database, clock, features, hooks)
    setattr(app.state, _INSTALLED, True)
    add_routes(app, settings, router)
    add_operations(app, settings)
    _wrap_app(app, settings, security_headers)
    _extend_lifespan(app, settings, prepared_database(migrates=migrates))


def start_service(
    settings: Settings, database: Database | None, clock: Clock, features: Sequence[Feature] | None, hooks: Hooks
) -> None:
    """Start the service that guards, routes and pages use. Also keeps the content of requests out of the logs of libraries."""
    keep_payloads_out(settings)
    use_service(AuthService(settings, database or Database.of(settings), clock, features=features))
    use_hooks(hooks)


def _require_free(app: FastAPI, router: APIRouter) -> None:
    ours = FastAPI()
    ours.include_router(router)
    ours.include_router(health_router(readiness))
    require_free_api([app], ours)


def _wrap_app(app: FastAPI, settings: Settings, wanted: SecurityHeaders | None) -> None:
    """Wrap the whole app, because the app's middleware never sees the answer to an unexpected error."""
    build: Callable[[], ASGIApp] = app.build_middleware_stack

    def build_with_ours() -> ASGIApp:
        if wanted is None:
            return RequestBorder(build())
        headers = wanted.for_others(settings)
        # Only the app knows which sources its pages need. Our policy would block the scripts of FastAPI's /docs.
        for_pages = {name: value for name, value in headers.items() if name != POLICY or POLICY in wanted.headers}
        return RequestBorder(build(), ResponseHeaders(for_pages=for_pages, for_others=headers, keeps_credentials=True))

    app.build_middleware_stack = build_with_ours  # type: ignore[method-assign]


def _extend_lifespan(app: FastAPI, settings: Settings, prepared: Callable[[], AbstractAsyncContextManager[None]]) -> None:
    """Start before the app's own start, which may already use our tables, and stop after its end."""
    own = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(running: FastAPI) -> AsyncIterator[Any]:
        keep_payloads_out(settings)  # again, because the app may have set up its logging meanwhile
        switch_threads_often()
        async with prepared(), regular_pruning(), feature_tasks(), own(running) as state:
            yield state

    app.router.lifespan_context = lifespan
