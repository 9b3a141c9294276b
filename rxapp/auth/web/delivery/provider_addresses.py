"""Where people come back from a provider, for an app with our pages."""

from rxapp.auth.core.settings.loopback import LOOPBACK_NAME
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.web.delivery.mail_links import origins_of_pages
from rxapp.auth.web.reflex_internals.app import get_config

PROVIDER_LOGIN = "/provider-login"
"""The page that takes what comes of a login at a provider."""


def with_provider_addresses(settings: Settings) -> Settings:
    """The settings; if they do not name the page and the API, with our own page, and with the API where it is served."""
    changed: dict[str, str] = {}
    origins = origins_of_pages(settings)
    if not settings.provider_page and origins:
        changed["provider_page"] = origins[0] + get_config().prepend_frontend_path(PROVIDER_LOGIN)
    if not settings.api_url and not settings.in_production:
        changed["api_url"] = f"http://{LOOPBACK_NAME}:{get_config().backend_port}"
    return settings.model_copy(update=changed)
