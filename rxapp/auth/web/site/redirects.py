"""Where to go after a login: only to a path of this app."""

from urllib.parse import urlencode, urlsplit

from rxapp.auth.http.runtime.service import get_service

REGISTER = "/register"


def own_path(target: str | None, otherwise: str) -> str:
    r"""`target` if it is a path of this app, else `otherwise`.

    Browsers read `//host`, `/\host` and similar targets as another site, and they drop control characters before that. With an
    open redirect, the author of a link could send a person to another site right after the login.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return otherwise
    if "\\" in target or any(character.isspace() or not character.isprintable() for character in target):
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target


def path_in_app(path: str, prefix: str) -> str:
    """The path without `prefix`, below which the app is served. Routes and Reflex's redirects have no prefix."""
    prefix = prefix.rstrip("/")
    return path.removeprefix(prefix) or "/" if path == prefix or path.startswith(f"{prefix}/") else path


def login_url(login_route: str, *, reason: str = "", next_path: str = "") -> str:
    """The URL of the login page, with the reason for the login and the page to go to afterwards."""
    query = urlencode({key: value for key, value in (("reason", reason), ("next", next_path)) if value}, safe="/")
    return f"{login_route}?{query}" if query else login_route


def own_register_route() -> str:
    """The route of our registration page; empty if people may not register."""
    return REGISTER if get_service().settings.registration else ""
