"""Conflicts when `rxapp.auth` is fitted into an app: a clear error or warning at once."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import reflex as rx

from rxapp.auth.core.database.tables import AuthTable
from rxapp.auth.http.api.installation_conflicts import RouteTaken
from rxapp.auth.web.reflex_internals.app import get_config, routes_of_pages

logger = logging.getLogger(__name__)


class NotInstalled(Exception):
    """The app declares pages with `auth.page` or `auth.guarded`, and does not call `install_auth`."""

    def __init__(self) -> None:
        super().__init__("The app has guarded pages, but nothing guards them. Call auth.install_auth(app) after rx.App().")


def is_free(app: rx.App, route: str) -> bool:
    """Whether the app has no page at this route."""
    return _normal(route) not in {_normal(taken) for taken in routes_of_pages(app)}


def require_free_pages(app: rx.App, routes: Iterable[str]) -> None:
    """Raise `RouteTaken` if the app has a page at one of `routes`."""
    for route in routes:
        if not is_free(app, route):
            raise _taken(route)


def keep_free_of_others(app: rx.App, routes: Iterable[str]) -> None:
    """From now on, `add_page` raises `RouteTaken` for one of `routes`. A page of `@rx.page` is added when the app is compiled."""
    ours = {_normal(route): route for route in routes}
    add_page = app.add_page

    def add_another(component: Any = None, route: str | None = None, *others: Any, **options: Any) -> None:
        wanted = _normal(route if route is not None else getattr(component, "__name__", ""))
        if wanted in ours:
            raise _taken(ours[wanted])
        add_page(component, route, *others, **options)

    app.add_page = add_another


def _taken(route: str) -> RouteTaken:
    return RouteTaken(
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
