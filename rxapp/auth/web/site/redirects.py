"""Where to go after signing in: a path of this app, never anywhere else."""

from urllib.parse import urlencode, urlsplit

from rxapp.auth.http.runtime.service import get_service

REGISTER = "/register"


def own_path(target: str | None, otherwise: str) -> str:
    r"""`target` if it is a path of this app, else `otherwise`.

    `//host`, `/\host` and their kin are read by browsers as another site, and control characters are dropped by them before they
    read at all: an open redirect hands a freshly signed-in person to whoever wrote the link.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return otherwise
    if "\\" in target or any(character.isspace() or not character.isprintable() for character in target):
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target


def path_in_app(path: str, prefix: str) -> str:
    """The path of a page of an app that is served below `prefix`, as its routes and Reflex's redirects have it: without that."""
    prefix = prefix.rstrip("/")
    return path.removeprefix(prefix) or "/" if path == prefix or path.startswith(f"{prefix}/") else path


def login_url(login_route: str, *, reason: str = "", next_path: str = "") -> str:
    """The login page, with why one is there and where one wanted to go."""
    query = urlencode({key: value for key, value in (("reason", reason), ("next", next_path)) if value}, safe="/")
    return f"{login_route}?{query}" if query else login_route


def own_register_route() -> str:
    """Our registration page; empty if people may not make accounts for themselves."""
    return REGISTER if get_service().settings.registration else ""
