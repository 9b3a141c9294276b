"""Fits the auth core into a Reflex app, beside whatever the app already has."""

from collections.abc import Callable

import reflex as rx
from fastapi import FastAPI

from rxapp.auth.clock import Clock, system_clock
from rxapp.auth.database import Database
from rxapp.auth.service import AuthService
from rxapp.auth.settings import Settings, get_settings
from rxapp.auth.web.forms import forms_script
from rxapp.auth.web.guards import page
from rxapp.auth.web.login import LoginState, login_page
from rxapp.auth.web.origins import origin_check
from rxapp.auth.web.problems import add_problem_handlers
from rxapp.auth.web.reconnection import ReconnectionGuard
from rxapp.auth.web.routes import router
from rxapp.auth.web.runtime import use_service
from rxapp.auth.web.site import site
from rxapp.auth.web.state import AuthState
from rxapp.auth.web.token_store import TokenStore

_TOKEN_STORE_WRAP = (6, "RxappTokenStore")


def install_auth(
    app: rx.App,
    *,
    settings: Settings | None = None,
    database: Database | None = None,
    clock: Clock = system_clock,
    login_route: str = "/login",
    login_view: Callable[[], rx.Component] | None = login_page,
    home_route: str = "/",
) -> FastAPI:
    """Give `app` a login page, the guards' inner works and the HTTP API; returns the API, on which more routes may be put.

    `login_view=None` registers no login page: the app then has its own at `login_route`, whose on-load handlers are
    `AuthState.enter` and `LoginState.prepare`. The app's own `api_transformer` and head components stay in force.
    """
    settings = settings or get_settings()
    database = database or Database(settings.database_url, sqlite_synchronous=settings.sqlite_synchronous)
    use_service(AuthService(settings, database, clock))
    site.install(app, login_route=login_route, home_route=home_route)
    app.add_middleware(ReconnectionGuard())
    app.head_components.append(forms_script())
    app.extra_app_wraps[_TOKEN_STORE_WRAP] = lambda _stateful: rx.fragment(
        TokenStore.create(command=AuthState.storage_command, on_session_change=AuthState.session_changed)
    )
    app.sio.eio.cors_allowed_origins = origin_check(settings)
    if login_view is not None:
        page(login_route, public=True, title="Log in", on_load=LoginState.prepare)(login_view)
    api = create_api(settings)
    own = app.api_transformer if isinstance(app.api_transformer, list | tuple) else [app.api_transformer]
    app.api_transformer = [*(transformer for transformer in own if transformer is not None), api]
    return api


def create_api(settings: Settings) -> FastAPI:
    """The HTTP API by itself; its interactive documentation is for development only."""
    with_docs = not settings.in_production
    api = FastAPI(
        title="rxapp", docs_url="/docs" if with_docs else None, redoc_url=None, openapi_url="/openapi.json" if with_docs else None
    )
    api.include_router(router)
    add_problem_handlers(api)
    return api
