"""Which of the databases is reached over a network in plain text, where others on the way read and change what is sent."""

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from rxapp.auth.core.settings.loopback import LOOPBACK_NAME, is_loopback

ENCRYPTED_MODES = ("require", "verify-ca", "verify-full")
"""libpq's `sslmode` that never fall back to plain text. Its default, `prefer`, does when somebody on the way asks for it."""


def is_plain_redis(url: str) -> bool:
    """Whether it is `redis://` to another machine. `rediss://` is TLS, and `unix://` stays on this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or parse_qs(parts.query).get("host", [LOOPBACK_NAME])[0]
    except ValueError:
        return False  # the client refuses it
    return parts.scheme == "redis" and not is_loopback(host)


def is_plain_postgresql(url: str, environ: Mapping[str, str]) -> bool:
    """Whether it is a PostgreSQL on another machine, and TLS is not insisted on. `environ` has libpq's variables."""
    try:
        parts = make_url(url)
        if parts.get_backend_name() != "postgresql":
            return False
    except (ArgumentError, ValueError):
        return False  # the database refuses it
    mode = parts.query.get("sslmode") or environ.get("PGSSLMODE", "")
    return mode not in ENCRYPTED_MODES and not all(map(_is_this_machine, _hosts(parts, environ)))


def _hosts(url: URL, environ: Mapping[str, str]) -> Iterator[str]:
    """As libpq finds them: the query's before the URL's, and its own variables where neither has one."""
    asked = [url.query.get(name) or "" for name in ("hostaddr", "host")]
    texts = [text for one in asked for text in ((one,) if isinstance(one, str) else one)]
    for text in filter(None, [*texts, url.host or ""]) if any([*texts, url.host]) else [environ.get("PGHOST", "")]:
        yield from text.split(",")


def _is_this_machine(host: str) -> bool:
    """An empty host is the socket of this machine, and so is a path (`@` begins Linux's abstract ones)."""
    return not host or host.startswith(("/", "@")) or is_loopback(host)
