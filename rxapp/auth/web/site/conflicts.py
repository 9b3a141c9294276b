"""What an app may lack, or have already, when `rxapp.auth` is fitted into it: said at once and in words."""

import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

import reflex as rx
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.applications import Starlette
from starlette.routing import Route

from rxapp.auth.core.database.tables import AuthTable
from rxapp.auth.web.reflex_internals.app import get_config, routes_of_pages

logger = logging.getLogger(__name__)


class RouteTaken(Exception):
    """The app has a page or an API route where one of ours would be."""


class InstalledTwice(Exception):
    """`install_auth` was called again for the same app."""

    def __init__(self) -> None:
        super().__init__("install_auth was called twice for this app. Call it once, after rx.App().")


def require_free_pages(app: rx.App, routes: Iterable[str]) -> None:
    """Raise `RouteTaken` if the app has a page at one of `routes`."""
    taken = {_normal(route) for route in routes_of_pages(app)}
    for route in routes:
        if _normal(route) in taken:
            raise RouteTaken(
                f"The app has a page at {route}, where rxapp.auth has one too. "
                f'To keep the app\'s: install_auth(app, own_pages=["{route}"]).'
            )


def require_free_api(transformers: Sequence[Any], api: FastAPI) -> None:
    """Raise `RouteTaken` if the app's own API has a route that `api` would hide: ours stands in front."""
    ours = _methods_and_paths(api)
    for transformer in transformers:
        if isinstance(transformer, Starlette):
            for method, path in sorted(_methods_and_paths(transformer) & ours):
                raise RouteTaken(f"The app's API has {method} {path}, and so has rxapp.auth. Please give yours another path.")


def warn_of_missing_styles() -> None:
    """Our pages are styled with Tailwind's classes; without it they work, and are bare."""
    if not any(type(plugin).__name__.startswith("Tailwind") for plugin in get_config().plugins):
        logger.warning("the ready-made pages of rxapp.auth need rx.plugins.TailwindV4Plugin() among the plugins of rxconfig.py")


def show_tables_to_reflex() -> None:
    """Lest `reflex db makemigrations` propose to drop our tables. Without the extra `reflex[db]` there is no such command."""
    with suppress(ImportError):
        rx.ModelRegistry.register(AuthTable)


def _normal(route: str) -> str:
    return "/" + route.strip("/").removeprefix("index")


def _methods_and_paths(app: Starlette) -> set[tuple[str, str]]:
    if isinstance(app, FastAPI):
        document = get_openapi(title=app.title, version=app.version, routes=app.routes)
        return {(method.upper(), path) for path, operations in document.get("paths", {}).items() for method in operations}
    return {(method, route.path) for route in app.routes if isinstance(route, Route) for method in route.methods or ()}
