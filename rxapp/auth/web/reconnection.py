"""What a page's state believes, and what is sent to a page that connects: only what that very connection has proved."""

from typing import Any

import reflex as rx
from reflex.state import BaseState, StateUpdate
from reflex_base.constants.state import FIELD_MARKER

from rxapp.auth.errors import AuthError, TooManyRequests
from rxapp.auth.outages import DatabaseUnavailable
from rxapp.auth.web.key_gate import has_files, hold
from rxapp.auth.web.lost_state import CONNECTING, go_on, wait_until_connected
from rxapp.auth.web.senders import connection_of
from rxapp.auth.web.state import AuthState

_REPORTING = "update_vars_internal"


class ReconnectionGuard(rx.Middleware):
    """Sees what the browser reports of its storage before Reflex acts upon it.

    Reflex keeps state under a token of the page, which stands in the WebSocket's URL, and sends all of it on connecting, before
    any on-load guard has run. Whoever reopens a closed tab, or has learned its token, would be shown what the last person saw.
    """

    async def preprocess(self, app: rx.App, state: BaseState, event: rx.event.Event) -> StateUpdate | None:
        """On connecting, forget the private state unless the browser holds good tokens of the same session.

        An event that needs the device's key waits until that is proved, and one of a page whose state is gone until it connects.
        """
        name = event.name.rpartition(".")[2]
        auth = await state.get_state(AuthState)
        if not auth._has_connected and name not in CONNECTING:
            return wait_until_connected(connection_of(auth).session_id, event, can_wait=not has_files(event))
        if name == _REPORTING:
            auth._hear(_reported(event))
            return None
        if name in CONNECTING:
            reported = _reported(event)
            auth._hear_on_connecting(reported.get("jwt", ""), reported.get("refresh_token", ""))
        challenge = hold(auth, event)
        if challenge is None and name in CONNECTING:
            await go_on(app, connection_of(auth).session_id, connection_of(auth).client_token)
        if challenge is None and name in CONNECTING and auth._identity is not None:
            try:
                await auth._authenticate()
            except (TooManyRequests, DatabaseUnavailable):
                # Nothing is shown to whom nobody can verify; nobody is signed out either. `enter` comes next, and says why.
                auth._forget_person()
            except AuthError as error:
                auth._leave(error, stay=True)
        return challenge


def _reported(event: rx.event.Event) -> dict[str, str]:
    """The vars of `AuthState` that the event reports, by their names; a key that is gone from storage is empty."""
    reported: dict[str, Any] = event.payload.get("vars") or {}
    own = f"{AuthState.get_full_name()}."
    return {
        key.removeprefix(own).removesuffix(FIELD_MARKER): value if isinstance(value, str) else ""
        for key, value in reported.items()
        if key.startswith(own)
    }
