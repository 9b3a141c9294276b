"""The token pair of one open page: what its browser says it holds, and what is on its way there.

What `jwt` and `refresh_token` hold is the browser's word: the server reads and verifies them each time and never assigns them.
A new pair goes to the browser as a command (`token_store.js`) and counts as received only when the browser reports it back.
"""

from collections.abc import Container
from typing import Any

import reflex as rx

from rxapp.auth.access_claims import AccessClaims
from rxapp.auth.errors import InvalidToken
from rxapp.auth.token_pairs import TokenPair
from rxapp.auth.web.components import token_store
from rxapp.auth.web.runtime import get_service
from rxapp.auth.web.senders import connection_of

EARLIER_CONNECTIONS = 8
"""Of a page, whose late events are still known. None is late for longer than a few of them."""


class PageTokens(rx.State, mixin=True):  # type: ignore[call-arg]  # the keyword is Reflex's own
    """A part of `AuthState`."""

    jwt: str | None = rx.LocalStorage("", name=token_store.ACCESS_TOKEN_KEY, sync=True)
    refresh_token: str | None = rx.LocalStorage("", name=token_store.REFRESH_TOKEN_KEY, sync=True)
    storage_command: dict[str, Any] = {}

    _issued: TokenPair | None = None
    _issued_in_place_of: str = ""
    _issued_on: str = ""
    _jwt_reported_on: str = ""
    _refresh_token_reported_on: str = ""
    _verified_on: str = ""
    _earlier_connections: tuple[str, ...] = ()
    _has_connected: bool = False
    _token_read: str = ""
    _claims_read: AccessClaims | None = None

    def _held_pair(self) -> TokenPair:
        """What the browser says it holds, as far as it has said so on this very connection.

        The state outlives a connection, and whoever learns the page's client token can connect to it: what an earlier connection
        reported is not this one's word.
        """
        connection = self._connection()
        return TokenPair(
            access_token=(self.jwt or "") if self._jwt_reported_on == connection else "",
            refresh_token=(self.refresh_token or "") if self._refresh_token_reported_on == connection else "",
        )

    def _pair_at_hand(self) -> TokenPair:
        """The pair that stands for this page now: the one under way to the browser, else what the browser holds.

        The browser reports its two halves one after the other, and an event may come between: a new refresh token says it all.
        """
        held, issued = self._held_pair(), self._issued
        is_there = issued is not None and held.refresh_token == issued.refresh_token
        return issued if issued is not None and (is_there or self._is_under_way()) else held

    def _is_under_way(self) -> bool:
        """Whether the browser still reports, on this connection, the pair which the one last sent replaces.

        Or has not reported yet, on the connection that asked for the pair: a login may come sooner than what storage holds.
        """
        is_heard_of = self._connection() in (self._refresh_token_reported_on, self._issued_on)
        return self._issued is not None and is_heard_of and self._held_pair().refresh_token == self._issued_in_place_of

    def _claims_at_hand(self) -> AccessClaims | None:
        """What the access token at hand says, expired or not; None if there is no genuine one. Each token is read once."""
        token = self._pair_at_hand().access_token
        if token != self._token_read:
            try:
                self._token_read, self._claims_read = token, get_service().access_tokens.identify(token)
            except InvalidToken:
                self._token_read, self._claims_read = token, None
        return self._claims_read

    def _send(self, pair: TokenPair, command: dict[str, Any]) -> None:
        self._issued, self._issued_in_place_of = pair, self._held_pair().refresh_token
        self._issued_on = self._connection()
        self.storage_command = command

    def _hear_on_connecting(self, jwt: str, refresh_token: str) -> None:
        """Take the word of a browser that has just connected; an answer under way on an older connection is lost."""
        self.jwt, self.refresh_token = jwt, refresh_token
        self._hear({"jwt", "refresh_token"})
        self._has_connected = True
        self._issued, self.storage_command = None, {}

    def _hear(self, reported: Container[str]) -> None:
        """Note that this connection has reported these vars."""
        if "jwt" in reported:
            self._jwt_reported_on = connection_of(self).session_id
        if "refresh_token" in reported:
            self._refresh_token_reported_on = connection_of(self).session_id

    def _connection(self) -> str:
        """The connection whose word counts for this event.

        An event may come late, when its page has connected anew: it counts as the new one's, if both were verified to be of
        one session.
        """
        own = connection_of(self).session_id
        return self._verified_on if own in self._earlier_connections else own

    def _note_verified(self, *, is_same_session: bool) -> None:
        """Note that this connection is of the session of the one verified before, or of another."""
        connection = self._connection()
        if connection != self._verified_on:
            earlier = (*self._earlier_connections, self._verified_on)[-EARLIER_CONNECTIONS:]
            self._earlier_connections = earlier if is_same_session and self._verified_on else ()
            self._verified_on = connection

    def _unhear(self) -> None:
        """What the browser holds was refused: until it reports again it has nothing."""
        self._jwt_reported_on = self._refresh_token_reported_on = ""
