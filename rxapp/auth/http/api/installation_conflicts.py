"""Conflicts between an app and `rxapp.auth`. They are found at the installation, and the error says what to change."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.applications import Starlette
from starlette.routing import Route


class RouteTaken(Exception):
    """The app has a page or an API route at the path of one of ours."""


class InstalledTwice(Exception):
    """`install_auth` was called again for the same app."""

    def __init__(self) -> None:
        super().__init__("install_auth was called twice for this app. Call it once, where the app is made.")


def require_free_api(transformers: Sequence[Any], api: FastAPI) -> None:
    """Raise `RouteTaken` if the app's own API has a route that `api` would hide, because ours comes first."""
    ours = _methods_and_paths(api)
    for transformer in transformers:
        if isinstance(transformer, Starlette):
            for method, path in sorted(_methods_and_paths(transformer) & ours):
                raise RouteTaken(f"The app's API has {method} {path}, and so has rxapp.auth. Please give yours another path.")


def _methods_and_paths(app: Starlette) -> set[tuple[str, str]]:
    if isinstance(app, FastAPI):
        document = get_openapi(title=app.title, version=app.version, routes=app.routes)
        return {(method.upper(), path) for path, operations in document.get("paths", {}).items() for method in operations}
    return {(method, route.path) for route in app.routes if isinstance(route, Route) for method in route.methods or ()}
