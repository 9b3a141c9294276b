"""The tokens of one open page: what its browser holds, as it has reported it over the connection that the page has now.

What `jwt` and `refresh_token` hold is the browser's word: the server reads and verifies them each time. It never sends them.
A new pair goes to the browser as a command (`token_store.js`) and counts as received only when the browser reports it back.
"""

from typing import Any

import reflex as rx

from rxapp.auth.core.errors import InvalidToken
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.tokens.access_tokens import MAXIMUM_LENGTH
from rxapp.auth.core.tokens.claims import AccessClaims
from rxapp.auth.core.tokens.token_pair import TokenPair
from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.web.browser_storage import token_store
from rxapp.auth.web.page_session import connections, held_events
from rxapp.auth.web.page_session.own_events import LOADING
from rxapp.auth.web.page_session.page import PageSession
from rxapp.auth.web.page_session.work import page_turns
from rxapp.auth.web.reflex_internals.state_trees import connection_of


class PageTokens(rx.State, mixin=True):  # type: ignore[call-arg]  # the keyword is Reflex's own
    """A part of `AuthState`."""

    jwt: str | None = rx.LocalStorage("", name=token_store.ACCESS_TOKEN_KEY, sync=True)
    refresh_token: str | None = rx.LocalStorage("", name=token_store.REFRESH_TOKEN_KEY, sync=True)
    storage_command: dict[str, Any] = {}
    key_challenge: dict[str, Any] = {}
    upload_ticket: dict[str, Any] = {}

    _page: PageSession = PageSession()
    _identity: Identity | None = None

    def _held_pair(self) -> TokenPair:
        """What the browser holds. It was stored on this very connection: with each connection this begins anew."""
        return self._page.held(_token(self.jwt), _token(self.refresh_token))

    def _pair_at_hand(self) -> TokenPair:
        """The pair that stands for this page now."""
        return self._page.at_hand(self._held_pair())

    def _claims_at_hand(self, held: TokenPair | None = None) -> AccessClaims | None:
        """What the access token at hand says, expired or not; None if there is no genuine one. `held` is `_held_pair()`."""
        pair = self._page.at_hand(held) if held is not None else self._pair_at_hand()
        try:
            return get_service().access_tokens.identify(pair.access_token)
        except InvalidToken:
            return None

    def _send(self, pair: TokenPair, command: dict[str, Any], in_place_of: str | None = None) -> None:
        """Send it to the browser: in place of the refresh token that it holds, or of any that begins with `in_place_of`."""
        self._page = self._page.sent(pair, self._held_pair(), get_service().clock(), in_place_of)
        self.storage_command = command

    def _turn(self, page: PageSession) -> None:
        """The page may be another's from now on, or nobody's: so is what this event goes on to do, and what may be sent."""
        if page.owner != self._page.owner:
            page_turns(connection_of(self).client_token, page.owner)
        self._page = page
        connections.page_turned(page)

    def _begin_connection(self, connection: str, client_token: str) -> None:
        """Another connection has come to this page, or none if it is empty: what the one before has shown is forgotten.

        What waits for the browser's key goes on if it shows the same session again.
        """
        claims = self._claims_at_hand() if self._page.key.challenge else None
        held_events.close(self._page.connection, client_token, claims.session_id if claims else None, exclude=LOADING)
        self._page = self._page.begin(connection)
        self._identity = None
        self._forget_unsent("jwt", "refresh_token", "storage_command", "key_challenge", "upload_ticket")

    def _begin_report(self) -> None:
        """The connection says what its browser holds: what it said before counts no more."""
        self._page = self._page.reported()
        self._forget_unsent("jwt", "refresh_token", "storage_command")

    def _forget_unsent(self, *names: str) -> None:
        """Set these vars back, and send nothing of it: an empty `jwt` that was sent would overwrite what the browser holds."""
        for name in names:
            setattr(self, name, type(self).get_fields()[name].default_value())
            self.dirty_vars.discard(name)


def _token(stored: Any) -> str:
    """A token, as far as what a browser has stored can be one."""
    return stored if isinstance(stored, str) and len(stored) <= MAXIMUM_LENGTH else ""
