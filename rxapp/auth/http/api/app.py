"""The whole HTTP API: its routes, its middleware and its documentation."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI

from rxapp.auth.core.features import Feature, features_in_use
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.http.api import (
    account_routes,
    jwks_route,
    refresh_route,
    registration_route,
    second_factor_route,
    token_routes,
    trusted_device_routes,
)
from rxapp.auth.http.api.docs_page import add_docs_page
from rxapp.auth.http.api.openapi_document import ABOUT, correct_document, servers
from rxapp.auth.http.api.refresh_route import DirectRefresh
from rxapp.auth.http.middleware.own_host import host_check
from rxapp.auth.http.middleware.request_limits import RequestLimits
from rxapp.auth.http.middleware.spellings import spell_freely
from rxapp.auth.http.middleware.unknown_paths import UnknownPaths
from rxapp.auth.http.problems.documents import add_problem_handlers


def create_api(settings: Settings, features: Sequence[Feature] | None = None) -> FastAPI:
    """The HTTP API as an app of its own, with the routes of the features. Also the interactive documentation, if set."""
    url = "/openapi.json" if settings.api_docs else None
    api = FastAPI(**ABOUT, servers=servers(settings), docs_url=None, redoc_url=None, openapi_url=url)
    api.add_middleware(UnknownPaths, api=api)
    add_routes(api, settings, auth_router(features_in_use(settings, features)))
    if settings.api_docs:
        add_docs_page(api)
    return api


def auth_router(features: Sequence[Feature], *, with_registration: bool = False) -> APIRouter:
    """Our routes. Registration is only for an app without our pages. With pages, people register there.

    All are in one router: with routers in routers FastAPI looks for a request's route once more for each of them.
    """
    ours = [token_routes, account_routes, refresh_route, jwks_route]
    ours += [routes for feature in features if (routes := feature.load("routes"))]
    if any(feature.second_factors for feature in features):
        ours += [second_factor_route, trusted_device_routes]
    if with_registration:
        ours.append(registration_route)
    router = APIRouter()
    for routes in ours:
        router.routes.extend(routes.router.routes)
        spell_freely(routes.router)
    return router


def add_routes(api: FastAPI, settings: Settings, router: APIRouter) -> None:
    """Add the routes and the limits to `api`, and answer errors with problem documents."""
    api.add_middleware(DirectRefresh)
    api.include_router(router)
    add_problem_handlers(api)
    correct_document(api)
    api.add_middleware(RequestLimits, routes=lambda: api.routes, body_limit=settings.body_limit, host_fault=host_check(settings))
