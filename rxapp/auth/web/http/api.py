"""The API as a whole."""

from fastapi import FastAPI

from rxapp.auth.settings import Settings
from rxapp.auth.web.http import account_routes, public_keys_route, token_routes
from rxapp.auth.web.http.load_shedding import LoadShedding
from rxapp.auth.web.http.problems import add_problem_handlers


def create_api(settings: Settings) -> FastAPI:
    """The HTTP API by itself; its interactive documentation is for development only."""
    with_docs = not settings.in_production
    api = FastAPI(
        title="rxapp", docs_url="/docs" if with_docs else None, redoc_url=None, openapi_url="/openapi.json" if with_docs else None
    )
    api.include_router(token_routes.router)
    api.include_router(account_routes.router)
    api.include_router(public_keys_route.router)
    add_problem_handlers(api)
    api.add_middleware(LoadShedding)
    return api
