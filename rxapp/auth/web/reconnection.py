"""What a page's state believes, and what is sent to a page that connects: only what that very connection has proved."""

from typing import Any

import reflex as rx
from reflex.state import BaseState, StateUpdate
from reflex_base.constants.state import FIELD_MARKER

from rxapp.auth.errors import AuthError
from rxapp.auth.outages import DatabaseUnavailable
from rxapp.auth.web.state import UNKNOWN, AuthState

_CONNECTING = frozenset({"hydrate", "hydrate_and_load"})
_REPORTING = "update_vars_internal"


class ReconnectionGuard(rx.Middleware):
    """Sees what the browser reports of its storage before Reflex acts upon it.

    Reflex keeps state under a token of the page, which stands in the WebSocket's URL, and sends all of it on connecting, before
    any on-load guard has run. Whoever reopens a closed tab, or has learned its token, would be shown what the last person saw.
    """

    async def preprocess(self, app: rx.App, state: BaseState, event: rx.event.Event) -> StateUpdate | None:
        """On connecting, forget the private state unless the browser holds good tokens of the same session."""
        name = event.name.rpartition(".")[2]
        if name in _CONNECTING:
            await _connect(await state.get_state(AuthState), _reported(event))
        elif name == _REPORTING:
            (await state.get_state(AuthState))._hear(_reported(event))
        return None


async def _connect(auth: AuthState, reported: dict[str, str]) -> None:
    auth._hear_on_connecting(reported.get("jwt", ""), reported.get("refresh_token", ""))
    if auth._identity is not None:
        try:
            await auth._authenticate()
        except AuthError as error:
            auth._leave(error, stay=True)
        except DatabaseUnavailable:
            # Nothing is shown to whom nobody can verify; nobody is signed out either. `enter` comes next, and waits.
            auth._forget_person()
            auth.status = UNKNOWN


def _reported(event: rx.event.Event) -> dict[str, str]:
    """The vars of `AuthState` that the event reports, by their names; a key that is gone from storage is empty."""
    reported: dict[str, Any] = event.payload.get("vars") or {}
    own = f"{AuthState.get_full_name()}."
    return {
        key.removeprefix(own).removesuffix(FIELD_MARKER): value if isinstance(value, str) else ""
        for key, value in reported.items()
        if key.startswith(own)
    }
