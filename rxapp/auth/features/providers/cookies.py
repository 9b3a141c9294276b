"""The cookie that carries a login at a provider from the start route to the callback. It names nobody. No script can read it."""

from http.cookies import CookieError, SimpleCookie

from fastapi import Request, Response

from rxapp.auth.features.providers.rules.provider import LIFETIMES, Step

_NAME = "rxapp_provider_"
_HOST_ONLY = "__Host-"
"""A prefix by which browsers take the cookie only over TLS, from this host, for all its paths: no other host can set it."""

MAXIMUM_COOKIES = 3
"""Logins that one browser may have begun. An older one is forgotten: servers take some 8 KB of cookies."""


def keep(request: Request, response: Response, state: str, sealed: str, *, is_secure: bool) -> None:
    """Give the browser the cookie, and take away the oldest of too many."""
    own = [name for name in request.cookies if name.startswith((_NAME, _HOST_ONLY + _NAME))]
    for name in own[: max(0, len(own) - MAXIMUM_COOKIES + 1)]:
        _delete(response, name)
    response.set_cookie(
        _name(state, is_secure=is_secure),
        sealed,
        max_age=int(LIFETIMES[Step.CALLBACK].total_seconds()),
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="lax",  # it comes back with the redirect from the provider
    )


def take(request: Request, state: str, *, is_secure: bool) -> str:
    """What the cookie of this login says, or an empty text."""
    return request.cookies.get(_name(state, is_secure=is_secure), "") if state else ""


def forget(response: Response, state: str, *, is_secure: bool) -> None:
    """Take the cookie of this login away."""
    _delete(response, _name(state, is_secure=is_secure))


def _name(state: str, *, is_secure: bool) -> str:
    """`state` is from the outside: of one that cannot be in a name there is no cookie."""
    short = "".join(character for character in state if character.isascii() and (character.isalnum() or character in "-_"))[:32]
    return f"{_HOST_ONLY if is_secure else ''}{_NAME}{short}"


def _delete(response: Response, name: str) -> None:
    try:
        SimpleCookie()[name] = ""
    except CookieError:
        return  # it was sent by hand
    response.delete_cookie(name, path="/", secure=name.startswith(_HOST_ONLY), httponly=True, samesite="lax")
