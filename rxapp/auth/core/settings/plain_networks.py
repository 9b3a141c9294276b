"""Which connections (PostgreSQL, Redis) cross a network without TLS, where others can read and change what is sent."""

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from rxapp.auth.core.settings.loopback import LOOPBACK_NAME, is_loopback

ENCRYPTED_MODES = ("require", "verify-ca", "verify-full")
"""Values of libpq's `sslmode` that never fall back to plain text. The default, `prefer`, does if an attacker asks for it."""


def is_plain_redis(url: str) -> bool:
    """Whether the URL is `redis://` to another machine. `rediss://` is TLS, and `unix://` stays on this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or parse_qs(parts.query).get("host", [LOOPBACK_NAME])[0]
    except ValueError:
        return False  # the Redis client reports this error
    return parts.scheme == "redis" and not is_loopback(host)


def is_plain_postgresql(url: str, environ: Mapping[str, str]) -> bool:
    """Whether the URL is a PostgreSQL on another machine and TLS is not required. `environ` has libpq's variables."""
    try:
        parts = make_url(url)
        if parts.get_backend_name() != "postgresql":
            return False
    except (ArgumentError, ValueError):
        return False  # the database driver reports this error
    mode = parts.query.get("sslmode") or environ.get("PGSSLMODE", "")
    return mode not in ENCRYPTED_MODES and not all(map(_is_this_machine, _hosts(parts, environ)))


def _hosts(url: URL, environ: Mapping[str, str]) -> Iterator[str]:
    """The hosts in libpq's order: from the query, else from the URL, else from libpq's own variables."""
    asked = [url.query.get(name) or "" for name in ("hostaddr", "host")]
    texts = [text for one in asked for text in ((one,) if isinstance(one, str) else one)]
    for text in filter(None, [*texts, url.host or ""]) if any([*texts, url.host]) else [environ.get("PGHOST", "")]:
        yield from text.split(",")


def _is_this_machine(host: str) -> bool:
    """An empty host is a Unix socket on this machine, and so is a path (`@` begins an abstract socket of Linux)."""
    return not host or host.startswith(("/", "@")) or is_loopback(host)
