"""Which origins may open a WebSocket: the app's own, and those that the settings name."""

from collections.abc import Callable
from urllib.parse import urlsplit

from rxapp.auth.settings import Settings


def origin_check(settings: Settings) -> Callable[[str, dict], bool]:
    """The check made at each handshake, in the form that python-engineio calls: origin and WSGI environment in, verdict out.

    The app's own origin is the host that the request was sent to. In development the pages come from another port of that host.
    """

    def is_allowed(origin: str, environ: dict) -> bool:
        if origin in settings.allowed_origins:
            return True
        asked, own = urlsplit(origin), urlsplit(f"//{environ.get('HTTP_HOST', '')}")
        if settings.in_production:
            return asked.netloc == own.netloc
        return asked.hostname is not None and asked.hostname == own.hostname

    return is_allowed
