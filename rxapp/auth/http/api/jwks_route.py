"""The public keys, with which other services verify access tokens by themselves."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from rxapp.auth.core.keys.key_ring import PUBLIC_KEYS_MAX_AGE
from rxapp.auth.http.api.schemas import JsonWebKeySet
from rxapp.auth.http.callers.bearer import documented
from rxapp.auth.http.callers.tags import KEYS
from rxapp.auth.http.runtime.service import get_service, in_thread

MEDIA_TYPE = "application/jwk-set+json"
"""RFC 7517 §8.5.2."""

router = APIRouter(tags=[KEYS])


class JwkSetResponse(JSONResponse):
    """A key set. Caches may keep it until a new key can be in use, less the time that our own cache may take."""

    media_type = MEDIA_TYPE

    def __init__(self, content: Any, **options: Any) -> None:
        super().__init__(content, **options)
        self.headers["Cache-Control"] = f"public, max-age={PUBLIC_KEYS_MAX_AGE.seconds}"


@router.get(
    "/.well-known/jwks.json",
    status_code=HTTPStatus.OK,  # otherwise FastAPI looks for it among the parameters of the response class
    response_class=JwkSetResponse,
    response_model=JsonWebKeySet,
    responses=documented(HTTPStatus.SERVICE_UNAVAILABLE),
)
async def public_keys() -> JwkSetResponse:
    """The keys with which access tokens are verified (RFC 7517 §5). Empty with HS256, whose keys are secret."""
    return JwkSetResponse({"keys": await in_thread(get_service().access_tokens.public_jwks)})
