"""The client component that keeps the token pair in local storage, and the commands that the server sends it."""

import secrets
from typing import Any

import reflex as rx

from rxapp.auth.errors import RevocationReason
from rxapp.auth.token_pairs import TokenPair
from rxapp.auth.web.components.own import OwnComponent

SESSION_PART = 26
"""Characters of a refresh token that name nothing but its session: the prefix and 126 bits of the session's id."""

LATE_PAIR_MS = 3_000
"""How long the dead pair of a replaced session is left in storage: an answer with the new one takes less on a slow network."""

_REPLACES = frozenset({RevocationReason.PASSWORD_CHANGED, RevocationReason.PASSWORD_CONFIRMED})

ACCESS_TOKEN_KEY = "jwt"
REFRESH_TOKEN_KEY = "refreshToken"


def keep(pair: TokenPair, *, in_place_of: str = "") -> dict[str, Any]:
    """Store `pair` if storage still holds the refresh token `in_place_of`; by default whatever it holds.

    `session_part` of a refresh token stands for any token of its session.
    """
    stored = {"jwt": pair.access_token, "refreshToken": pair.refresh_token}
    return _command(if_refresh_token=in_place_of, pair=stored)


def session_part(refresh_token: str) -> str:
    """What all refresh tokens of one session begin with. Empty for an empty token."""
    return refresh_token[:SESSION_PART]


def forget_session(pair: TokenPair, *, because: str = "") -> dict[str, Any]:
    """Remove the pair if storage still holds one of the same session: a new sign-in stays untouched.

    Where `because` is a reason for which sessions are replaced, that is done `LATE_PAIR_MS` later: the new pair may be on its way
    to another tab, which stores it only in place of this one.
    """
    if not pair.refresh_token:  # it names no session
        return forget_exactly(pair)
    return _command(if_refresh_token=session_part(pair.refresh_token), after_ms=LATE_PAIR_MS if because in _REPLACES else 0)


def forget_exactly(pair: TokenPair) -> dict[str, Any]:
    """Remove the pair if storage still holds exactly this one, genuine or not."""
    return _command(if_refresh_token=pair.refresh_token, if_jwt=pair.access_token)


def _command(
    *, if_refresh_token: str, if_jwt: str | None = None, pair: dict[str, str] | None = None, after_ms: int = 0
) -> dict[str, Any]:
    conditions = {"if_refresh_token": if_refresh_token, "if_jwt": if_jwt}
    return {"id": secrets.token_urlsafe(8), **conditions, "pair": pair, "after_ms": after_ms}


class TokenStore(OwnComponent):
    """Invisible. Carries out `command` when its id changes; `on_session_change` fires when another tab signed in or out."""

    tag = "TokenStore"
    script = "token_store.js"

    command: rx.Var[dict[str, Any]]
    on_session_change: rx.EventHandler[rx.event.no_args_event_spec]
