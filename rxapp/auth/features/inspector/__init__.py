"""The session page of development, `/dev/session`: one's own session from the inside, and what happens with it, as it happens."""

from rxapp.auth.core.features import Feature
from rxapp.auth.core.settings.settings import Settings


def _is_on(settings: Settings) -> bool:
    return not settings.in_production


FEATURE = Feature(name="inspector", pages="rxapp.auth.features.inspector.pages", is_on=_is_on)
