"""The name of the app, as people know it."""

from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.web.reflex_internals.app import get_config


def with_app_name(settings: Settings) -> Settings:
    """The settings; if they name no app, with the name that the app has in Reflex's configuration."""
    if settings.app_name:
        return settings
    return settings.model_copy(update={"app_name": get_config().app_name.replace("_", " ")})
