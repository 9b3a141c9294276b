"""Where the links in messages lead, and in which language messages are, for an app with our pages."""

from rxapp.auth.core.settings.loopback import LOOPBACK_NAME
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.web.reflex_internals.app import get_config

MAIL_LINK = "/mail-link"
"""The page that takes the links."""

_LANGUAGES = ("en", "de")


def with_mail_links(settings: Settings, html_lang: str | None) -> Settings:
    """The settings; if they do not name the page of the links, with our own page, and if no language, with that of the app."""
    changed: dict[str, str] = {}
    origins = origins_of_pages(settings)
    if not settings.mail_link and origins:
        changed["mail_link"] = origins[0] + get_config().prepend_frontend_path(MAIL_LINK)
    language = (html_lang or "").partition("-")[0].lower()
    if not settings.mail_language and language in _LANGUAGES:
        changed["mail_language"] = language
    return settings.model_copy(update=changed)


def origins_of_pages(settings: Settings) -> tuple[str, ...]:
    """The origins of the pages, as configured. In development there is one on this machine, whatever is configured."""
    if settings.public_origins or settings.in_production:
        return settings.public_origins
    return (f"http://{LOOPBACK_NAME}:{get_config().frontend_port}",)
