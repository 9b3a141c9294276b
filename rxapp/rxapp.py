"""The app: its pages, and `rxapp.auth` fitted into it as in any other app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import reflex as rx

from rxapp.auth import get_settings
from rxapp.auth import web as auth
from rxapp.demo import api as customers_api
from rxapp.demo.demo_data import add_demo_data
from rxapp.demo.migrations import HISTORY
from rxapp.demo.pages import customers, home, layout  # noqa: F401  a page registers itself

settings = get_settings()
auth.configure_logging(settings)


@asynccontextmanager
async def own_tables() -> AsyncIterator[None]:
    """Before the first request: migrate in development, refuse to run on an old schema in production."""
    database = auth.get_service().database
    if settings.in_production:
        HISTORY.require_migrated(database)
    else:
        HISTORY.migrate(database)
    yield


@asynccontextmanager
async def demo_data() -> AsyncIterator[None]:
    """Before the first request too, after all tables are made."""
    add_demo_data(auth.get_service())
    yield


app = rx.App(
    html_lang="en",
    head_components=[rx.el.link(rel="icon", href=rx.asset("favicon.svg"), type="image/svg+xml")],
    toaster=None,  # no page here shows a toast, and without a toaster each page is smaller
)
app.app_wraps[55, "ErrorBoundary"] = lambda _stateful: auth.error_boundary(fallback_render=rx.Var.create(layout.failed()))
app.register_lifespan_task(own_tables)
look = auth.Look(frame=layout.layout, logo=layout.logo, waiting=layout.waiting, forbidden=layout.forbidden)
api = auth.install_auth(app, pages=auth.Pages(look=look))
api.include_router(customers_api.router)
auth.add_readiness_check("own migrations", lambda: HISTORY.require_usable(auth.get_service().database))
if settings.demo_data:
    app.register_lifespan_task(demo_data)
