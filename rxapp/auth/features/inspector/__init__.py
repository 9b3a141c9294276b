"""Pages for developers, in development only: one's own session from the inside, a lab that attacks the server, and a tour."""

from rxapp.auth.core.features import Feature
from rxapp.auth.core.settings.settings import Settings


def _is_on(settings: Settings) -> bool:
    return not settings.in_production


FEATURE = Feature(name="inspector", pages="rxapp.auth.features.inspector.pages", is_on=_is_on)
