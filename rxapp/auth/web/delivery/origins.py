"""Which origins may open a WebSocket or read our responses: the app's own, and those in the settings."""

import logging
from collections.abc import Callable
from urllib.parse import urlsplit

import reflex as rx
from starlette.middleware.cors import CORSMiddleware

from rxapp.auth.core.settings.loopback import is_loopback
from rxapp.auth.core.settings.own_origins import named_origins, origin_of
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.web.reflex_internals.app import get_config, http_app, named_address

logger = logging.getLogger(__name__)


def origin_check(settings: Settings) -> Callable[[str, dict], bool]:
    """The check at each handshake, in the form that python-engineio calls: it gets the origin and the WSGI environment.

    In production the app's own origins are `public_origins` and the one that `REFLEX_DEPLOY_URL` names. If there are none, and in
    development, its own is the host of the request; in development the pages come from another port of that host.
    A named origin counts whatever `Host` says: some proxies drop the port there.
    python-engineio does not call this for a handshake without an origin, and accepts it. Browsers always send an origin (RFC 6455
    §4.1), and other programs could send any. CSRF needs a cookie that identifies a person, and there is none.
    """
    known, named = {*settings.allowed_origins, *settings.public_origins}, origin_of(named_address())
    if named and (not settings.in_production or _cannot_be_forged(named)):
        known.add(named)

    def is_allowed(origin: str, environ: dict) -> bool:
        if origin in known:
            return True
        if settings.in_production and settings.public_origins:
            return False  # any program can send any Host, and the Origin that fits to it
        try:
            asked, own = urlsplit(origin), urlsplit(f"//{environ.get('HTTP_HOST', '')}")
        except ValueError:  # such as an unclosed bracket
            return False
        if settings.in_production:
            return _cannot_be_forged(origin) and asked.netloc == own.netloc.casefold()
        return asked.scheme in ("http", "https") and asked.hostname is not None and asked.hostname == own.hostname

    return is_allowed


def with_public_origins(settings: Settings) -> Settings:
    """The settings; if they have no public origins, with the addresses from Reflex's configuration as public origins."""
    if settings.public_origins:
        return settings
    config = get_config()
    named = named_origins((config.deploy_url, config.api_url))
    if settings.in_production:
        named = tuple(origin for origin in named if _cannot_be_forged(origin))
    if named:
        return settings.model_copy(update={"public_origins": tuple(dict.fromkeys((*named, *settings.allowed_origins)))})
    if settings.in_production:
        logger.warning(
            "the app's own address is not known: programs with a key of their own can log in from this machine only. "
            "Set RXAPP_PUBLIC_ORIGINS, or REFLEX_DEPLOY_URL, to the address that people see."
        )
    return settings


def allow_no_strangers(app: rx.App, settings: Settings) -> None:
    """Replace Reflex's default for CORS, which is `*` with credentials. A setting in the app's `rxconfig.py` stays."""
    config = get_config()
    if tuple(config.cors_allowed_origins) != ("*",):
        return
    # In development the pages come from another port.
    own_pages = (config.deploy_url,) if config.deploy_url and not settings.in_production else ()
    config.cors_allowed_origins = settings.allowed_origins or own_pages
    api = http_app(app)
    for middleware in api.user_middleware if api else ():  # Reflex has copied the configuration there when the app was made
        if middleware.cls is CORSMiddleware:
            middleware.kwargs["allow_origins"] = config.cors_allowed_origins


def _cannot_be_forged(origin: str) -> bool:
    """Whether the origin is https or this machine. Over http, an attacker on the way could have made the page."""
    parts = urlsplit(origin)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
