"""The client component that keeps the token pair in local storage, and the commands that the server sends to it."""

import secrets
from typing import Any
from uuid import UUID

import reflex as rx

from rxapp.auth.core.errors import RevocationReason
from rxapp.auth.core.tokens.refresh_tokens import first_part_of
from rxapp.auth.core.tokens.token_pair import TokenPair
from rxapp.auth.web.ui.components.component_base import OwnComponent

SESSION_PART = 26
"""The first characters of a refresh token. They name only its session: the prefix and 126 bits of the session's id."""

LATE_PAIR_MS = 3_000
"""How long the dead pair of a replaced session stays in storage. The answer with the new pair needs less on a slow network."""

_REPLACES = frozenset(
    {RevocationReason.PASSWORD_CHANGED, RevocationReason.PASSWORD_CONFIRMED, RevocationReason.SECOND_FACTOR_CONFIRMED}
)

ACCESS_TOKEN_KEY = "jwt"
REFRESH_TOKEN_KEY = "refreshToken"
VARS = {ACCESS_TOKEN_KEY: "jwt", REFRESH_TOKEN_KEY: "refresh_token"}
"""The vars of `AuthState` that hold what the browser reports."""


def keep(pair: TokenPair, *, in_place_of: str | None = None, in_place_of_session: UUID | None = None) -> dict[str, Any]:
    """Store `pair` if storage still holds the refresh token `in_place_of`, or one of `in_place_of_session`; by default always."""
    stored = {"jwt": pair.access_token, "refreshToken": pair.refresh_token}
    replaced = session_part(in_place_of_session) if in_place_of_session is not None else None
    return _command(if_session=replaced, if_refresh_token=in_place_of, pair=stored)


def session_part(session_id: UUID) -> str:
    """The beginning that all refresh tokens of this session have."""
    return first_part_of(session_id)[:SESSION_PART]


def forget_session(session_id: UUID, *, because: str = "") -> dict[str, Any]:
    """Remove the pair if storage still holds one of this session. The pair of a new login stays.

    If `because` is a reason for which sessions are replaced, this happens `LATE_PAIR_MS` later: the new pair may be on its way
    to another tab, which stores it only in place of this one.
    """
    return _command(if_session=session_part(session_id), after_ms=LATE_PAIR_MS if because in _REPLACES else 0)


def forget_session_of(pair: TokenPair) -> dict[str, Any]:
    """Remove the pair if storage still holds one of the same session. Without a refresh token, remove exactly this pair."""
    return _command(if_session=pair.refresh_token[:SESSION_PART]) if pair.refresh_token else forget_exactly(pair)


def forget_exactly(pair: TokenPair) -> dict[str, Any]:
    """Remove the pair if storage still holds exactly this one, genuine or not."""
    return _command(if_refresh_token=pair.refresh_token, if_jwt=pair.access_token)


def and_go(command: dict[str, Any], path: str, *, replaces: bool) -> dict[str, Any]:
    """Carry out `command`, which may be empty, and then go to this path of the app.

    With `replaces`, it replaces the page that is left in the browser's history. If the document has shown a person, the browser
    loads a new document.
    """
    return {"id": _new_id(), **command, "go_to": path, "replaces": replaces}


def digest(text: str) -> str:
    """A digest of a token, computed in `token_store.js` too (FNV-1a, 64 bits, of UTF-16 code units).

    A command must let the browser compare tokens without containing a usable one: of the 256 unknown bits of a token, the digest
    reveals 64. SHA-256 is not available to scripts of a page that came over plain http.
    """
    units = text.encode("utf-16-le", "surrogatepass")
    value = _FNV_OFFSET
    for at in range(0, len(units), 2):
        value = ((value ^ (units[at] | units[at + 1] << 8)) * _FNV_PRIME) & 0xFFFF_FFFF_FFFF_FFFF
    return f"{value:x}"


_FNV_OFFSET, _FNV_PRIME = 0xCBF2_9CE4_8422_2325, 0x100_0000_01B3


def _command(
    *,
    if_session: str | None = None,
    if_refresh_token: str | None = None,
    if_jwt: str | None = None,
    pair: dict[str, str] | None = None,
    after_ms: int = 0,
) -> dict[str, Any]:
    conditions = {"if_session": if_session, "if_refresh_token": if_refresh_token, "if_jwt": if_jwt}
    named = {name: None if value is None else digest(value) for name, value in conditions.items()}
    return {"id": _new_id(), **named, "pair": pair, "after_ms": after_ms}


def _new_id() -> str:
    return secrets.token_urlsafe(8)


class TokenStore(OwnComponent):
    """Invisible. Carries out `command` when its id changes. `on_session_change` fires when another tab has logged in or out.

    `on_report` fires when the browser holds another pair. It sends the values under the names in `reported_as`, by storage key.
    A new document is loaded whenever `person` changes to another person, or the person is gone.
    """

    tag = "TokenStore"

    command: rx.Var[dict[str, Any]]
    person: rx.Var[str]
    status: rx.Var[str]
    reported_as: rx.Var[dict[str, str]]
    on_report: rx.EventHandler[rx.event.passthrough_event_spec(dict)]
    on_session_change: rx.EventHandler[rx.event.no_args_event_spec]

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("token_store.js", shared=True).importable_path
