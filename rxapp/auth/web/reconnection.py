"""What is sent to a page that connects: the state kept for it goes only to the person whose it is."""

from typing import Any

import reflex as rx
from reflex.state import BaseState, StateUpdate
from reflex_base.constants.state import FIELD_MARKER

from rxapp.auth.errors import AuthError
from rxapp.auth.web.state import AuthState

_HYDRATION = ("hydrate", "hydrate_and_load")


class ReconnectionGuard(rx.Middleware):
    """Verifies the stored tokens before a (re)connecting page gets its snapshot.

    Reflex keeps state under a token of the page and sends all of it on connecting, before any on-load guard has run. Whoever
    reopens a closed tab, or has learned its token, would be shown what the last person saw there.
    """

    async def preprocess(self, app: rx.App, state: BaseState, event: rx.event.Event) -> StateUpdate | None:
        """Forget the private state unless the connecting browser holds good tokens of the same session."""
        if event.name.rpartition(".")[2] not in _HYDRATION:
            return None
        auth = await state.get_state(AuthState)
        auth.storage_command = {}
        if auth._identity is not None:
            reported = event.payload.get("vars") or {}
            auth.jwt, auth.refresh_token = _reported(reported, "jwt"), _reported(reported, "refresh_token")
            try:
                await auth._authenticate()
            except AuthError as error:
                auth._leave(error, stay=True)
        return None


def _reported(reported: dict[str, Any], var: str) -> str:
    value = reported.get(f"{AuthState.get_full_name()}.{var}{FIELD_MARKER}")
    return value if isinstance(value, str) else ""
