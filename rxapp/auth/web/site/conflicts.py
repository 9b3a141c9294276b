"""Conflicts when `rxapp.auth` is fitted into an app: a clear error or warning at once."""

import logging
from collections.abc import Iterable
from contextlib import suppress

import reflex as rx

from rxapp.auth.core.database.tables import AuthTable
from rxapp.auth.http.api.installation_conflicts import RouteTaken
from rxapp.auth.web.reflex_internals.app import get_config, routes_of_pages

logger = logging.getLogger(__name__)


def require_free_pages(app: rx.App, routes: Iterable[str]) -> None:
    """Raise `RouteTaken` if the app has a page at one of `routes`."""
    taken = {_normal(route) for route in routes_of_pages(app)}
    for route in routes:
        if _normal(route) in taken:
            raise RouteTaken(
                f"The app has a page at {route}, where rxapp.auth has one too. "
                f'To keep the app\'s: install_auth(app, pages=auth.Pages(own=["{route}"])).'
            )


def warn_of_missing_styles() -> None:
    """Our pages use Tailwind's classes. Without Tailwind they work, but have no style."""
    if not any(type(plugin).__name__.startswith("Tailwind") for plugin in get_config().plugins):
        logger.warning("the ready-made pages of rxapp.auth need rx.plugins.TailwindV4Plugin() among the plugins of rxconfig.py")


def show_tables_to_reflex() -> None:
    """Otherwise `reflex db makemigrations` would propose to drop our tables. The command exists only with `reflex[db]`."""
    with suppress(ImportError):
        rx.ModelRegistry.register(AuthTable)


def _normal(route: str) -> str:
    return "/" + route.strip("/").removeprefix("index")
