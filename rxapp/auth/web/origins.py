"""Which origins may open a WebSocket or read our answers: the app's own, and those that the settings name."""

from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

import reflex as rx
from reflex_base.config import get_config
from starlette.middleware.cors import CORSMiddleware

from rxapp.auth.loopback import is_loopback
from rxapp.auth.settings import Settings


def origin_check(settings: Settings) -> Callable[[str, dict], bool]:
    """The check made at each handshake, in the form that python-engineio calls: origin and WSGI environment in, verdict out.

    The app's own origin is the host that the request was sent to. In development the pages come from another port of that host.
    A handshake without an origin is not asked about, and is let through: browsers always send one (RFC 6455 §4.1), other programs
    could send any, and there is nothing to ride on, for no cookie says who somebody is.
    """

    def is_allowed(origin: str, environ: dict) -> bool:
        if origin in settings.allowed_origins:
            return True
        try:
            asked, own = urlsplit(origin), urlsplit(f"//{environ.get('HTTP_HOST', '')}")
        except ValueError:  # such as an unclosed bracket
            return False
        if settings.in_production:
            return _cannot_be_forged_on_the_way(asked) and asked.netloc == own.netloc.casefold()
        return asked.scheme in ("http", "https") and asked.hostname is not None and asked.hostname == own.hostname

    return is_allowed


def allow_no_strangers(app: rx.App, settings: Settings) -> None:
    """Take back Reflex's default for CORS, which is `*` with credentials. What the app's `rxconfig.py` says otherwise stays."""
    config = get_config()
    if tuple(config.cors_allowed_origins) != ("*",):
        return
    own_pages = () if settings.in_production else (config.deploy_url,)  # in development they come from another port
    config.cors_allowed_origins = settings.allowed_origins or own_pages
    for middleware in app._api.user_middleware if app._api else ():  # which read the configuration when the app was made
        if middleware.cls is CORSMiddleware:
            middleware.kwargs["allow_origins"] = config.cors_allowed_origins


def _cannot_be_forged_on_the_way(origin: SplitResult) -> bool:
    """A page of our host that came over http may be anybody's."""
    return origin.scheme == "https" or (origin.scheme == "http" and is_loopback(origin.hostname or ""))
