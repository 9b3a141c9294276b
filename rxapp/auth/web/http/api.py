"""The API as a whole."""

from fastapi import FastAPI

from rxapp.auth.settings import Settings
from rxapp.auth.web.http import account_routes, public_keys_route, token_routes
from rxapp.auth.web.http.body_limit import BodyLimit
from rxapp.auth.web.http.direct_refresh import DirectRefresh
from rxapp.auth.web.http.docs_page import add_docs_page
from rxapp.auth.web.http.load_shedding import LoadShedding
from rxapp.auth.web.http.openapi_document import TrueDocument
from rxapp.auth.web.http.problems import add_problem_handlers
from rxapp.auth.web.http.unambiguous_requests import UnambiguousRequests
from rxapp.auth.web.http.unknown_paths import UnknownPaths


def create_api(settings: Settings) -> FastAPI:
    """The HTTP API by itself, with its interactive documentation if the settings want that."""
    api = TrueDocument(title="rxapp", docs_url=None, redoc_url=None, openapi_url="/openapi.json" if settings.api_docs else None)
    api.add_middleware(UnknownPaths, api=api)
    api.add_middleware(DirectRefresh)
    api.add_middleware(BodyLimit, maximum=settings.body_limit)
    api.include_router(token_routes.router)
    api.include_router(account_routes.router)
    api.include_router(public_keys_route.router)
    if settings.api_docs:
        add_docs_page(api)
    add_problem_handlers(api)
    api.add_middleware(LoadShedding)
    api.add_middleware(UnambiguousRequests)
    return api
