"""`/healthz`: the process is alive. `/readyz`: it can serve. For load balancers and orchestrators, which send no token."""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from rxapp.auth.http.operations.readiness import Readiness

RETRY_AFTER_SECONDS = 1

_NO_STORE = {"Cache-Control": "no-store"}


class Health(BaseModel):
    """Always `ok`, because a process that is not alive does not answer."""

    status: str = "ok"


class Ready(BaseModel):
    """Whether the process can serve, and the names of the checks that fail: `database`, `migrations`, `redis`."""

    is_ready: bool = Field(serialization_alias="isReady")
    not_ready: list[str] = Field(serialization_alias="notReady")


def health_router(readiness: Readiness) -> APIRouter:
    """Both routes, for GET and HEAD."""
    router = APIRouter()

    @router.head("/healthz", include_in_schema=False)
    @router.get("/healthz", response_model=Health)
    async def healthz() -> JSONResponse:
        """Whether the process is alive. It checks nothing else, because a restart does not repair a database."""
        return JSONResponse(Health().model_dump(), headers=_NO_STORE)

    @router.head("/readyz", include_in_schema=False)
    @router.get("/readyz", response_model=Ready, responses={HTTPStatus.SERVICE_UNAVAILABLE.value: {"model": Ready}})
    async def readyz() -> JSONResponse:
        """Whether the process can serve. The result is cached for a second."""
        not_ready = await readiness.not_ready()
        body = Ready(is_ready=not not_ready, not_ready=not_ready).model_dump(by_alias=True)
        if not_ready:
            headers = _NO_STORE | {"Retry-After": str(RETRY_AFTER_SECONDS)}
            return JSONResponse(body, HTTPStatus.SERVICE_UNAVAILABLE.value, headers)
        return JSONResponse(body, headers=_NO_STORE)

    return router
