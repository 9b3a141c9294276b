"""Where the passkeys of this app are valid: its relying party id, and the origins whose pages may ask for them."""

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from rxapp.auth.core.settings.loopback import LOOPBACK_NAME, is_loopback
from rxapp.auth.core.settings.own_origins import origin_of
from rxapp.auth.core.settings.settings import Settings


def rp_id(settings: Settings) -> str:
    """The id of the relying party, a host name: that of the settings, or the host of the first origin of the app."""
    named = settings.passkey_rp_id or next((urlsplit(origin).hostname or "" for origin in _own_origins(settings)), "")
    return named or LOOPBACK_NAME


def accepts_origin(settings: Settings, origin: str) -> bool:
    """Whether a page of this origin may have asked for the passkey. The authenticator has signed the origin.

    As long as no origin is named, and in development, this machine may: from any port, because a proxy may have another.
    """
    if origin in _own_origins(settings) or origin in settings.passkey_origins:
        return True
    if settings.in_production and _own_origins(settings):
        return False
    return origin != "" and origin_of(origin) == origin and is_loopback(urlsplit(origin).hostname or "")


def origins_without_passkeys(settings: Settings, origins: Iterable[str]) -> list[str]:
    """Those of the origins in which browsers refuse the id of the relying party. Related origins are fine (WebAuthn §5.11)."""
    wanted = rp_id(settings)
    return [origin for origin in origins if origin not in settings.passkey_origins and not _fits(wanted, origin)]


def _own_origins(settings: Settings) -> tuple[str, ...]:
    return settings.public_origins or tuple(origin for origin in settings.allowed_origins if origin != "*")


def _fits(wanted: str, origin: str) -> bool:
    """Whether the id is the host or a domain above it, and the page comes over https or from this machine."""
    parts = urlsplit(origin)
    host = parts.hostname or ""
    is_secure = parts.scheme == "https" or is_loopback(host)
    return is_secure and not _is_address(host) and (host == wanted or host.endswith(f".{wanted}"))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
