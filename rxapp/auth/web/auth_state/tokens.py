"""The tokens of one open page: what its browser holds, as reported over the page's present connection.

`jwt` and `refresh_token` come from the browser, so the server verifies them each time. It never sends them. A new pair goes to
the browser as a command (`token_store.js`) and counts as received only when the browser reports it back.
"""

from typing import Any

import reflex as rx

from rxapp.auth.core.dpop.proof import MAXIMUM_AGE
from rxapp.auth.core.errors import DpopNonceRequired, InvalidDpopProof, InvalidToken
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.core.tokens.access_tokens import MAXIMUM_LENGTH
from rxapp.auth.core.tokens.claims import AccessClaims
from rxapp.auth.core.tokens.token_pair import TokenPair
from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.web.browser_storage import token_store
from rxapp.auth.web.browser_storage.device_key import NOT_READABLE_NOW
from rxapp.auth.web.page_session import connections, held_events
from rxapp.auth.web.page_session.key_proof import Challenge, is_bound
from rxapp.auth.web.page_session.own_events import LOADING
from rxapp.auth.web.page_session.page import PageSession
from rxapp.auth.web.page_session.work import page_turns
from rxapp.auth.web.reflex_internals.state_trees import connection_of


class AnswerComesLater(Exception):
    """The browser has not yet answered the present challenge."""


class PageTokens(rx.State, mixin=True):  # type: ignore[call-arg]  # the keyword is Reflex's own
    """A part of `AuthState`."""

    jwt: str | None = rx.LocalStorage("", name=token_store.ACCESS_TOKEN_KEY, sync=True)
    refresh_token: str | None = rx.LocalStorage("", name=token_store.REFRESH_TOKEN_KEY, sync=True)
    storage_command: dict[str, Any] = {}
    key_challenge: dict[str, Any] = {}
    upload_ticket: dict[str, Any] = {}
    is_key_unreadable: bool = False

    _page: PageSession = PageSession()
    _identity: Identity | None = None

    def _held_pair(self) -> TokenPair:
        """What the browser holds, as this connection has reported it. A new connection begins with nothing."""
        return self._page.held(_token(self.jwt), _token(self.refresh_token))

    def _pair_at_hand(self) -> TokenPair:
        """The pair to use for this page now."""
        return self._page.at_hand(self._held_pair())

    def _claims_at_hand(self, held: TokenPair | None = None) -> AccessClaims | None:
        """The claims of the current access token, even if expired; None if there is no genuine one. `held` is `_held_pair()`."""
        pair = self._page.at_hand(held) if held is not None else self._pair_at_hand()
        try:
            return get_service().access_tokens.identify(pair.access_token)
        except InvalidToken:
            return None

    def _key_in(self, answer: str, asked: Challenge, claims: AccessClaims | None) -> ProvedKey | None:
        """The key that the browser's answer proves; None if it keeps none. Raises `AnswerComesLater`.

        It is asked again if the key of a bound session cannot be read now, or if the answer was so long on its way that it counts
        no more, as after a sleep of the machine. An answer to an earlier challenge is nothing: that to this one is on its way.
        """
        now = get_service().clock()
        self.is_key_unreadable = answer == NOT_READABLE_NOW and is_bound(claims)
        if self.is_key_unreadable or (answer and now > asked.asked_at + MAXIMUM_AGE):
            text = get_service().dpop.new_challenge()
            self._page = self._page.asked(text, now)
            self.key_challenge = {"text": text, "at": int(now.timestamp())}
            raise AnswerComesLater
        try:
            return get_service().dpop.prove_page(answer, asked.text)
        except DpopNonceRequired:
            raise AnswerComesLater from None
        except InvalidDpopProof:
            return None

    def _send(self, pair: TokenPair, command: dict[str, Any], in_place_of: str | None = None) -> None:
        """Send the pair to the browser. It replaces the refresh token held, or any that begins with `in_place_of`."""
        self._page = self._page.sent(pair, self._held_pair(), get_service().clock(), in_place_of)
        self.storage_command = command

    def _turn(self, page: PageSession) -> None:
        """The page may have a new owner from now on, or none. The rest of this event, and what may be sent, follow the owner."""
        if page.owner != self._page.owner:
            page_turns(connection_of(self).client_token, page.owner)
        self._page = page
        connections.page_turned(page)

    def _begin_connection(self, connection: str, client_token: str) -> None:
        """Another connection has come to this page, or none if `connection` is empty: clear what the last one has shown.

        Events that wait for the browser's key run later if the page proves the same session again.
        """
        claims = self._claims_at_hand() if self._page.key.challenge else None
        held_events.close(self._page.connection, client_token, claims.session_id if claims else None, exclude=LOADING)
        self._page = self._page.begin(connection)
        self._identity = None
        self._forget_unsent("jwt", "refresh_token", "storage_command", "key_challenge", "upload_ticket", "is_key_unreadable")

    def _begin_report(self) -> None:
        """The connection begins to report what its browser holds: clear what it reported before."""
        self._page = self._page.reported()
        self._forget_unsent("jwt", "refresh_token", "storage_command")

    def _forget_unsent(self, *names: str) -> None:
        """Reset these vars without sending them: an empty `jwt`, once sent, would overwrite what the browser holds."""
        for name in names:
            setattr(self, name, type(self).get_fields()[name].default_value())
            self.dirty_vars.discard(name)


def _token(stored: Any) -> str:
    """What the browser has stored, if it can be a token; else empty."""
    return stored if isinstance(stored, str) and len(stored) <= MAXIMUM_LENGTH else ""
