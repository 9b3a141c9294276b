"""Gives every answer of a Reflex app its security headers, those of the built pages included."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import reflex as rx
from starlette.applications import Starlette

from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.http.middleware.security_headers import SecurityHeaders, SecurityHeadersMiddleware
from rxapp.auth.web.delivery.built_pages import served_pages
from rxapp.auth.web.reflex_internals.app import get_config


def add_security_headers(app: rx.App, settings: Settings, wanted: SecurityHeaders) -> None:
    """Give every answer of the app its headers; the built pages are read when the server starts, for by then they are built."""
    app.register_lifespan_task(_around_everything(settings, wanted))


def _around_everything(settings: Settings, wanted: SecurityHeaders) -> Callable[..., AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def security_headers(starlette_app: Starlette) -> AsyncIterator[None]:
        # An `api_transformer` would be inside Reflex's CORS, which answers preflights, and its handler of errors, by themselves.
        if starlette_app.middleware_stack is not None:
            starlette_app.middleware_stack = SecurityHeadersMiddleware(
                starlette_app.middleware_stack,
                for_pages=wanted.for_pages(settings, served_pages(), get_config().api_url),
                for_others=wanted.for_others(settings),
            )
        yield

    return security_headers
