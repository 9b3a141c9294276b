"""The operator's HTTP routes: health, readiness and metrics."""

from fastapi import FastAPI

from rxapp.auth.core.audit.signals import observe
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.http.callers.tags import OPERATIONS
from rxapp.auth.http.operations.health import health_router
from rxapp.auth.http.operations.metrics import Metrics
from rxapp.auth.http.operations.metrics_route import metrics_router
from rxapp.auth.http.operations.readiness import add_own_checks, readiness


def add_operations(api: FastAPI, settings: Settings) -> None:
    """Add the routes to `api`. If there is a metrics token, start counting."""
    add_own_checks(settings)
    api.include_router(health_router(readiness), tags=[OPERATIONS])
    if settings.metrics_token.get_secret_value():
        metrics = Metrics()
        observe(metrics)
        api.include_router(metrics_router(metrics, settings.metrics_token), tags=[OPERATIONS])
