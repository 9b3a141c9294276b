"""Which origins are this app's own. What was made for another server must not be taken here, so the client has no say in it.

Any program can send any `Host` header: a server that was given a proof passes it on to us with its own name there.
"""

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from rxapp.auth.core.settings.loopback import is_loopback
from rxapp.auth.core.settings.settings import Settings

_DEFAULT_PORTS = {"http": 80, "https": 443}


def origins_of_request(settings: Settings, host: str) -> set[str]:
    """The origins by which a client may name what it has asked for, when it sent this `Host` header.

    In production they are `public_origins` and nothing else. While none is named they are `allowed_origins` and this machine
    itself, for nobody else answers there. In development an IP address is known too: no name server can lead it elsewhere.
    """
    own = set(settings.public_origins or settings.allowed_origins)
    knows_by_itself = not settings.in_production or not settings.public_origins
    if knows_by_itself and _is_unmistakable(host, settings):
        own |= {f"http://{host}", f"https://{host}"}  # a proxy in front may have taken TLS off
    return own


def named_origins(urls: Iterable[str | None]) -> tuple[str, ...]:
    """The origins of those URLs that name the app to others: this machine's own name is only a default."""
    found = (_origin_of(url or "") for url in urls)
    return tuple(dict.fromkeys(origin for origin in found if origin))


def _origin_of(url: str) -> str:
    try:
        parts = urlsplit(url.lower())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in _DEFAULT_PORTS or not host or is_loopback(host) or _is_address_of_all(host):
        return ""
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}")


def _is_unmistakable(host: str, settings: Settings) -> bool:
    try:
        parts = urlsplit(f"//{host}")
        name, is_plain = parts.hostname or "", parts.netloc == host and "@" not in host
    except ValueError:
        return False
    return is_plain and (is_loopback(name) or (not settings.in_production and _is_address(name)))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_address_of_all(host: str) -> bool:
    """Such as 0.0.0.0: what a server listens on, and no address of it."""
    return _is_address(host) and ip_address(host).is_unspecified
