"""`GET /metrics`, for Prometheus with its own bearer token. Without `RXAPP_METRICS_TOKEN` there is no such route."""

import asyncio
import hmac
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import SecretStr

from rxapp.auth.core.errors import InvalidToken
from rxapp.auth.http.operations.metrics import Metrics
from rxapp.auth.http.problems.documents import refusal


def metrics_router(metrics: Metrics, token: SecretStr) -> APIRouter:
    """The route, for callers with `token`. The numbers of logins and of failed ones are not public."""
    router = APIRouter()
    expected = f"Bearer {token.get_secret_value()}".encode()

    @router.get("/metrics", include_in_schema=False)
    async def show_metrics(request: Request) -> Response:
        presented = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(presented, expected):
            return refusal(InvalidToken(), HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": "Bearer"})
        text = await asyncio.to_thread(metrics.render)
        return Response(text, media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})

    return router
