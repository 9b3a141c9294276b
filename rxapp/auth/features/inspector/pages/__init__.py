"""The pages for developers. Only where Reflex's development server runs, and only if no other machine can reach it."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rxapp.auth.core.settings.loopback import is_loopback
from rxapp.auth.features.inspector.pages.routes import LAB, SESSION, TOUR
from rxapp.auth.web.reflex_internals.app import get_config, is_run_by_reflex, registrations
from rxapp.auth.web.site.places import FeaturePage

logger = logging.getLogger(__name__)


def add_pages() -> dict[str, FeaturePage]:
    """The pages, or none. A production build has neither them nor their handlers, because their modules are not loaded then."""
    if not is_run_by_reflex() or not is_loopback(get_config().backend_host):
        return {}
    from rxapp.auth.features.inspector.pages.lab_page import LabState, lab_page  # noqa: PLC0415  only where it may be
    from rxapp.auth.features.inspector.pages.recording import record_events  # noqa: PLC0415
    from rxapp.auth.features.inspector.pages.session_page import InspectorState, session_page  # noqa: PLC0415
    from rxapp.auth.features.inspector.pages.tour_page import TourState, tour_page  # noqa: PLC0415

    registrations().app.register_lifespan_task(_say_where_they_are)
    record_events([InspectorState, LabState, TourState])
    on_load = [InspectorState.look, InspectorState.go_on_looking]
    return {
        SESSION: FeaturePage("Your session", session_page, on_load, is_guarded=True),
        LAB: FeaturePage("Attack lab", lab_page, LabState.begin, is_guarded=True),
        TOUR: FeaturePage("What a session is, in seven steps", tour_page, TourState.begin, is_guarded=True),
    }


@asynccontextmanager
async def _say_where_they_are() -> AsyncIterator[None]:
    """No other page links to them."""
    logger.info("for developers: %s, %s, %s", *(f"{get_config().deploy_url}{page}" for page in (TOUR, LAB, SESSION)))
    yield
