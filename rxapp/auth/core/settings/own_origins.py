"""Which origins are this app's own. The client has no say in it: a DPoP proof that was made for another server must fail here.

Any program can send any `Host` header. A malicious server could pass a proof on to us, with its own name as the `Host`.
"""

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from rxapp.auth.core.settings.loopback import is_loopback
from rxapp.auth.core.settings.settings import Settings

_DEFAULT_PORTS = {"http": 80, "https": 443}


def origins_of_request(settings: Settings, host: str) -> set[str]:
    """The origins that a proof's URL may have, for a request with this `Host` header.

    In production they are `public_origins` only. If that setting is empty, they are `allowed_origins` and loopback, where nobody
    else can answer. In development an IP address is accepted too, because DNS cannot point it at another machine.
    """
    own = set(settings.public_origins or settings.allowed_origins)
    trusts_host = not settings.in_production or not settings.public_origins
    if trusts_host and _is_immune_to_dns(host, settings):
        own |= {f"http://{host}", f"https://{host}"}  # a proxy in front may have ended TLS
    return own


def named_origins(urls: Iterable[str | None]) -> tuple[str, ...]:
    """The origins of those URLs that other machines can use. A loopback URL is left out, because it is only a default."""
    found = (origin_of(url or "") for url in urls)
    return tuple(dict.fromkeys(origin for origin in found if origin and not is_loopback(urlsplit(origin).hostname or "")))


def origin_of(url: str) -> str:
    """The origin of a URL as browsers send it; empty if no browser can have it."""
    try:
        parts = urlsplit(url.lower())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in _DEFAULT_PORTS or not host or _is_unspecified_address(host):
        return ""
    host_in_url = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host_in_url}" + ("" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}")


def _is_immune_to_dns(host: str, settings: Settings) -> bool:
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


def _is_unspecified_address(host: str) -> bool:
    """Such as 0.0.0.0: a server listens on it, but no client can connect to it."""
    return _is_address(host) and ip_address(host).is_unspecified
