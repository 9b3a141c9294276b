"""What operators ask the app over HTTP: whether it is alive, whether it can serve, and its numbers."""

from fastapi import FastAPI

from rxapp.auth.observation import observe
from rxapp.auth.settings import Settings
from rxapp.auth.web.http.health import health_router
from rxapp.auth.web.http.metrics_route import metrics_router
from rxapp.auth.web.metrics import Metrics
from rxapp.auth.web.readiness import check_needs, readiness


def add_operations(api: FastAPI, settings: Settings) -> None:
    """Give `api` the routes, and begin to count if somebody may see the numbers."""
    check_needs(settings)
    api.include_router(health_router(readiness))
    if settings.metrics_token.get_secret_value():
        metrics = Metrics()
        observe(metrics)
        api.include_router(metrics_router(metrics, settings.metrics_token))
