"""The app: its pages, and `rxapp.auth` lifted into it as any other app would."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import reflex as rx

from rxapp import api as customers_api
from rxapp.auth import get_settings
from rxapp.auth import web as auth
from rxapp.demo_data import add_demo_data
from rxapp.migrations import migrate, require_migrated, require_usable
from rxapp.pages import customers, home, layout  # noqa: F401  a page registers itself

settings = get_settings()
auth.configure_logging(settings)


@asynccontextmanager
async def prepared_database() -> AsyncIterator[None]:
    """Before the first request: in development migrate and add the demo data, in production refuse to run on an old schema."""
    service = auth.get_service()
    if settings.in_production:
        require_migrated(service.database)
    else:
        migrate(service.database)
    if settings.demo_data:
        add_demo_data(service)
    yield
    service.database.dispose()


app = rx.App(html_lang="en", head_components=[rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml")])
look = auth.Look(frame=layout.layout, logo=layout.logo, waiting=layout.waiting, forbidden=layout.forbidden)
api = auth.install_auth(app, look=look)
api.include_router(customers_api.router)
app.register_lifespan_task(prepared_database)
auth.add_readiness_check("migrations", lambda: require_usable(auth.get_service().database))
