"""The beginning of a login at a provider: the click."""

from urllib.parse import urlsplit

from rxapp.auth.core.errors import TooManyRequests
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.settings.loopback import is_loopback
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.features.providers.rules.provider import api_url_of, page_of, providers_of
from rxapp.auth.features.providers.rules.transactions import (
    MAXIMUM_NEXT_LENGTH,
    Purpose,
    Step,
    Transaction,
    key_of,
    seal,
)

START_PARAMETER = "with"


def begin(
    service: AuthService,
    name: str,
    client: Client = NO_CLIENT,
    *,
    purpose: Purpose = Purpose.LOGIN,
    identity: Identity | None = None,
    next_path: str = "",
    origin: str = "",
) -> str:
    """The address to which the browser of `client` goes next. It is good once, for two minutes.

    `identity` is whoever is logged in, for the purposes that need somebody. `next_path` is a path of the app, checked by the
    caller. `origin` is that of the page: people come back there if it is one of the app's own. Raises `NotFound` or
    `TooManyRequests`.
    """
    provider = providers_of(service).get(name)
    try:
        service.throttle.count_provider_login(client.address)
    except TooManyRequests as refused:
        service.failures.record_throttled(refused, client)
        raise
    transaction = Transaction(
        provider.name,
        purpose,
        page=_page(service.settings, origin),
        next=next_path if _is_short(next_path) else "",
        session_id=str(identity.session_id) if identity else "",
        device_key=key_of(client),
        begun_at=int(service.clock().timestamp()),
    )
    sealed = seal(service, Step.START, transaction)
    return f"{api_url_of(service.settings)}/api/auth/providers/{provider.name}/start?{START_PARAMETER}={sealed}"


def _is_short(path: str) -> bool:
    try:
        return len(path.encode()) <= MAXIMUM_NEXT_LENGTH
    except UnicodeEncodeError:  # half of a character
        return False


def _page(settings: Settings, origin: str) -> str:
    """The page to come back to, at the address at which the person has begun: their browser's key is known only there."""
    page = urlsplit(page_of(settings))
    is_own = origin in settings.public_origins or (not settings.in_production and _is_local(origin))
    if settings.provider_page or not is_own:
        return page.geturl()
    return f"{origin}{page.path}"


def _is_local(origin: str) -> bool:
    parts = urlsplit(origin)
    is_whole = origin == f"{parts.scheme}://{parts.netloc}"
    return parts.scheme in ("http", "https") and is_whole and "@" not in parts.netloc and is_loopback(parts.hostname or "")
