"""The person's state in one open page: who they are, and how that is found out again at each event."""

from contextlib import suppress
from typing import Any
from uuid import UUID

import reflex as rx
from reflex.event import Event, EventSpec

from rxapp.auth.core.database.outages import DatabaseUnavailable
from rxapp.auth.core.errors import (
    AccessTokenExpired,
    AuthError,
    InvalidDpopProof,
    InvalidToken,
    RevocationReason,
    SessionEnded,
    TooManyRequests,
)
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.sessions.replacement import Replacement
from rxapp.auth.core.tokens.token_pair import TokenPair
from rxapp.auth.http.runtime.hooks import get_hooks
from rxapp.auth.http.runtime.service import get_service, in_thread, refresh_pair, verify_access
from rxapp.auth.web.auth_state.confirmation import ConfirmationState
from rxapp.auth.web.auth_state.leaving import Leaving
from rxapp.auth.web.auth_state.outage import OutageState
from rxapp.auth.web.browser_storage import token_store
from rxapp.auth.web.open_pages.registry import log_out_open_pages, register_page, wait_for_database
from rxapp.auth.web.page_session import held_events
from rxapp.auth.web.page_session.connections import connect_anew, send_to_anyone
from rxapp.auth.web.page_session.page import NOBODY, NOTHING
from rxapp.auth.web.reflex_internals.app import registrations
from rxapp.auth.web.reflex_internals.state_trees import connection_of, page_client
from rxapp.auth.web.site.handler_policy import public
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.uploads import tickets as upload_tickets

UNKNOWN, IN, OUT = "unknown", "in", "out"
"""Storage not read yet: show nothing private, redirect nowhere. Then: signed in, or signed out."""


class AuthState(Leaving, rx.State):
    """Vars without an underscore are for display; what decides is verified in `_authenticate` at each event."""

    status: str = UNKNOWN
    user_name: str = ""
    roles: list[str] = []
    wait: int = 0

    @rx.event
    @public
    async def enter(self) -> None:
        """On load of every page: find out who is there, rotating if need be, and send nobodies away from guarded pages."""
        self._told_to_go = ""
        (await self.get_state(ConfirmationState))._close()  # what it asked for belongs to the page that was left
        try:
            await self._authenticate()
        except AuthError as error:
            self._leave(error, stay=not site.is_guarded(self.router.url.path))
            return
        except DatabaseUnavailable:
            wait_for_database(connection_of(self).client_token, AuthState)
            raise
        (await self.get_state(OutageState))._clear()

    @rx.event
    @public
    async def session_changed(self) -> Any:
        """Another tab of this browser signed in or out: leave with it, or load this page anew as whoever is signed in now."""
        if self.refresh_token:
            self._forget_former_person()
            return self._load_events()
        if self._identity is None:
            return None
        # Storage may have been emptied by a page that knew sooner than this one why the session has ended.
        reason = await in_thread(get_service().why_revoked, self._identity)
        return self._log_out_of(self._identity.session_id, reason or RevocationReason.SIGNED_OUT)

    @rx.event
    @public
    async def prove_key(self, proof: str = "") -> list[Event]:
        """The browser's answer to the challenge, empty if it has no key. What waited for it goes on, in order."""
        service, asked, claims = get_service(), self._page.key.challenge, self._claims_at_hand()
        if asked is None or connection_of(self).session_id != self._page.connection:
            return []
        try:
            key = service.dpop.prove_page(proof, asked.text)
        except InvalidDpopProof:
            key = None
        self._page = self._page.answered(key, claims, service.clock())
        return held_events.take(self._page.connection, connection_of(self).client_token, self._page.proved_session(claims))

    @rx.event
    @public
    async def ask_for_upload(self) -> None:
        """The page is about to upload something: hand out the ticket for it. Who may call the handler, its guard asks."""
        with suppress(AuthError, DatabaseUnavailable):  # nobody may upload too, where the handler is public
            await self._authenticate()
        client_token, page = connection_of(self).client_token, self._page
        self.upload_ticket = {"ticket": upload_tickets.issue(get_service(), client_token, page.connection, page.owner or NOBODY)}

    @rx.event
    @public
    async def log_out(self) -> Any:
        """End the session, clear storage, and take every open page of the session to the login page."""
        if self._forget_former_person():
            return self._load_events()  # who clicked is not who is there by now, and signs out nobody else
        pair = self._pair_at_hand()
        session_id = await in_thread(get_service().end_session_of, pair.access_token, self._client())
        if session_id is not None:
            log_out_open_pages(session_id, RevocationReason.SIGNED_OUT)
            await get_hooks().signed_out(self._identity if self._identity and self._identity.session_id == session_id else None)
        self._clear_identity(RevocationReason.SIGNED_OUT, token_store.forget_session_of(pair))
        self._go_to_login()
        return None

    @rx.event
    @public
    async def go_on(self) -> Any:
        """The wait for the next rotation is over: load this page anew, for the same person."""
        self.wait = 0
        return self._load_events()

    async def _begin(self, pair: TokenPair) -> None:
        """Start over with the pair of a login: the session held before ends, and what this page knew of anyone is forgotten."""
        await in_thread(get_service().end_session_of, self._pair_at_hand().access_token, self._client())
        self._forget_person()
        self._send(pair, token_store.keep(pair))
        await self._authenticate()

    def _go_on_with(self, replacement: Replacement) -> None:
        """Take the pair of the session that replaces this page's own. The person is the same, so nothing of theirs is forgotten.

        It is stored only in place of a pair of the session replaced: a sign-out or another sign-in in this browser stays.
        """
        command = token_store.keep(replacement.pair, in_place_of_session=replacement.replaced)
        self._send(replacement.pair, command, in_place_of=token_store.session_part(replacement.replaced))
        self._turn(self._page.continued_as(replacement.identity.session_id))
        self._identity = replacement.identity
        register_page(replacement.identity, connection_of(self).client_token, AuthState)

    async def _authenticate(self) -> Identity:
        """Who this page's person is, verified now; rotates if the access token has expired. Raises `AuthError`."""
        identity = await self._identify()
        if self._page.owner not in (None, identity.session_id):
            self._forget_person()
        if not (self._page.is_owners and self._page.owner == identity.session_id):
            self._turn(self._page.verified(identity.session_id))
        if identity != self._identity or self.status != IN or self.wait:  # whatever is assigned is sent to the page
            self._identity, self.wait = identity, 0
            self.status, self.user_name, self.roles, self.ended_because = IN, identity.user_name, sorted(identity.roles), ""
        register_page(identity, connection_of(self).client_token, AuthState)
        return identity

    async def _identify(self) -> Identity:
        """Who it is, if that can be said now. If it cannot, the page goes on by itself later, where nobody calls `enter` too."""
        try:
            return await self._verify() or await self._rotate()
        except TooManyRequests as error:
            self.wait = error.retry_after_seconds
            raise
        except DatabaseUnavailable:
            if self._identity is None:
                wait_for_database(connection_of(self).client_token, AuthState)
            raise

    async def _verify(self) -> Identity | None:
        """The identity by the access token at hand, or None if that has expired."""
        token = self._pair_at_hand().access_token
        with suppress(AccessTokenExpired):
            return await verify_access(token, self._client(), received=not self._page.is_on_its_way(self._held_pair()))
        return None

    async def _rotate(self) -> Identity:
        """Rotate the pair that the browser holds. If an earlier answer to it got lost, this gives the same one again."""
        held = self._held_pair()
        try:
            pair = await refresh_pair(held.access_token, held.refresh_token, self._client())
        except SessionEnded as error:
            log_out_open_pages(error.session_id, error.reason)
            raise
        self._send(pair, token_store.keep(pair, in_place_of=held.refresh_token))
        return await verify_access(pair.access_token, self._client(), received=False)

    def _client(self) -> Client:
        """Who is on this page, with the key that it has proved."""
        return page_client(self, self._page.key.key)

    def _leave(self, error: AuthError, *, stay: bool = False) -> None:
        """Become nobody because of `error`, and go to the login page unless this page may `stay` or was told to go already.

        Who rotates too often is signed out of nothing: the page says so, and loads itself anew when the time has come.
        """
        if isinstance(error, TooManyRequests):
            return
        held, has_shown, is_going, told = self._held_pair(), self._identity is not None, self._is_going(), self.storage_command
        if isinstance(error, SessionEnded):
            self._clear_identity(error.reason, token_store.forget_session(error.session_id, because=error.reason))
        elif held != NOTHING:
            because = error.code if isinstance(error, InvalidDpopProof) else InvalidToken.code
            self._clear_identity(because, token_store.forget_exactly(held), refused=held)
        else:
            self._clear_identity(self.ended_because, {})
        if is_going:
            self.storage_command = told
        elif not stay:
            self._go_to_login(next_path=self._way_back(error.reason if has_shown and isinstance(error, SessionEnded) else ""))

    def _log_out_of(self, session_id: UUID, reason: str) -> EventSpec | None:
        """Leave because the session was ended elsewhere; nothing happens if this page does not show that session any more."""
        if not self._page.has_reported:
            return connect_anew()  # what this page shows was forgotten, not by the page: it finds out by itself
        if self._page.owner == session_id:
            self._clear_identity(reason, token_store.forget_session(session_id, because=reason))
            self._go_to_login(next_path=self._way_back(reason))
        return None

    def _load_anew(self) -> Any:
        """Forget what the page shows of anyone and load it again: what its person may see has changed."""
        self._forget_states()
        return self._load_events()

    def _load_events(self) -> Any:
        """What loads this page. It begins with finding out who is there, on pages without our guard too."""
        events = list(registrations().app.get_load_events(self.router.url.path))
        return events if AuthState.enter in events else [AuthState.enter, *events]

    def _forget_former_person(self) -> bool:
        """Forget who is shown if the browser holds somebody else's tokens by now. Whether these are good, `enter` finds out."""
        claims = self._claims_at_hand()
        is_former = claims is not None and self._identity is not None and claims.subject != self._identity.user_id
        if is_former:
            self._forget_person()
        return is_former

    def _clear_identity(self, because: str, command: dict[str, Any], refused: TokenPair = NOTHING) -> None:
        """Forget everything private, in this state and in all others; `command` tells the browser what to forget."""
        self._forget_person()
        self._turn(self._page.left(refused))
        self.status, self.ended_because, self.storage_command = OUT, because, command

    def _forget_person(self) -> None:
        self._forget_states()
        self._turn(self._page.nobodys())
        self._identity, self.status, self.user_name, self.roles = None, UNKNOWN, "", []


send_to_anyone(AuthState.get_full_name(), "key_challenge")
