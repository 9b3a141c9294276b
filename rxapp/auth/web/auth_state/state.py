"""The state of the person in one open page: who they are, and how this is verified again at each event."""

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
from rxapp.auth.web.auth_state.leaving import Leaving
from rxapp.auth.web.auth_state.outage import OutageState
from rxapp.auth.web.auth_state.step_up import ask_for_factor_of_page
from rxapp.auth.web.auth_state.tokens import AnswerComesLater
from rxapp.auth.web.browser_storage import token_store
from rxapp.auth.web.open_pages.registry import log_out_open_pages, register_page, wait_for_database
from rxapp.auth.web.page_session import held_events
from rxapp.auth.web.page_session.connections import connect_anew, send_to_anyone
from rxapp.auth.web.page_session.page import NOBODY, NOTHING
from rxapp.auth.web.reflex_internals.state_trees import connection_of, page_client
from rxapp.auth.web.site.handler_policy import public
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.uploads import tickets as upload_tickets

UNKNOWN, IN, OUT = "unknown", "in", "out"
"""Unknown: storage is not read yet, so show nothing private and redirect nowhere. Then: logged in, or logged out."""


class AuthState(Leaving, rx.State):
    """Vars without an underscore are for display only: `_authenticate` verifies the person at each event."""

    status: str = UNKNOWN
    user_name: str = ""
    display_name: str = ""
    roles: list[str] = []
    wait: int = 0

    @rx.event
    @public
    async def enter(self) -> None:
        """On load of every page: verify the person, rotate if necessary, and send visitors away from guarded pages."""
        await self._begin_load()
        try:
            identity = await self._authenticate()
        except AuthError as error:
            self._leave(error, stay=not site.is_guarded(self.router.url.path))
            return
        except DatabaseUnavailable:
            wait_for_database(connection_of(self).client_token, AuthState)
            raise
        self._entered_path = self._path_and_query()
        (await self.get_state(OutageState))._clear()
        await ask_for_factor_of_page(self, identity, self._entered_path, then="go_on")

    @rx.event
    @public
    async def session_changed(self) -> Any:
        """Another tab of this browser has logged in or out: log out too, or load this page again for the person logged in now."""
        if self.refresh_token:
            self._forget_former_person()
            return self._load_events()
        if self._identity is None:
            return None
        # Another page may have emptied the storage, because it knew sooner than this one why the session has ended.
        reason = await in_thread(get_service().why_revoked, self._identity)
        is_new = not reason and self._has_just_begun()  # it was emptied of the session before: the new pair is on its way
        return None if is_new else self._log_out_of(self._identity.session_id, reason or RevocationReason.SIGNED_OUT)

    @rx.event
    @public
    async def prove_key(self, proof: str = "") -> list[Event]:
        """The browser's answer to the challenge, empty if it has no key. The events that waited for it run, in order."""
        service, asked, claims = get_service(), self._page.key.challenge, self._claims_at_hand()
        if asked is None or connection_of(self).session_id != self._page.connection:
            return []
        try:
            key = self._key_in(proof, asked, claims)
        except AnswerComesLater:
            return []
        self._page = self._page.answered(key, claims, service.clock())
        return held_events.take(self._page.connection, connection_of(self).client_token, self._page.proved_session(claims))

    @rx.event
    @public
    async def ask_for_upload(self) -> None:
        """The page is about to upload something: issue the ticket for it. The guard of the handler checks the permission."""
        with suppress(AuthError, DatabaseUnavailable):  # to a public handler, visitors may upload too
            await self._authenticate()
        client_token, page = connection_of(self).client_token, self._page
        self.upload_ticket = {"ticket": upload_tickets.issue(get_service(), client_token, page.connection, page.owner or NOBODY)}

    @rx.event
    @public
    async def log_out(self) -> Any:
        """End the session, clear storage, and send every open page of the session to the login page."""
        if self._forget_former_person():
            return self._load_events()  # the person who clicked is gone, and must not log out the next one
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
        """The wait for the next rotation is over: load this page again, for the same person."""
        self.wait = 0
        return self._load_events()

    async def _begin(self, pair: TokenPair) -> None:
        """Start with the pair of a login: end the session held before, and clear what this page knew of any person."""
        self._has_login_under_way, self._began_at = False, get_service().clock()
        await in_thread(get_service().end_session_of, self._pair_at_hand().access_token, self._client())
        self._forget_person()
        self._send(pair, token_store.keep(pair))
        await self._authenticate()

    def _go_on_with(self, replacement: Replacement) -> None:
        """Take the pair of the session that replaces this page's own. The person is the same, so nothing is cleared.

        It is stored only in place of a pair of the replaced session: a logout or another login in this browser stays.
        """
        command = token_store.keep(replacement.pair, in_place_of_session=replacement.replaced)
        self._send(replacement.pair, command, in_place_of=token_store.session_part(replacement.replaced))
        self._turn(self._page.continued_as(replacement.identity.session_id))
        self._identity = replacement.identity
        register_page(replacement.identity, connection_of(self).client_token, AuthState)

    async def _authenticate(self) -> Identity:
        """The identity of this page's person, verified now. Rotates if the access token has expired. Raises `AuthError`."""
        identity = await self._identify()
        if self._page.owner not in (None, identity.session_id):
            self._forget_person()
        if not (self._page.is_owners and self._page.owner == identity.session_id):
            self._turn(self._page.verified(identity.session_id))
        if identity != self._identity or self.status != IN or self.wait:  # each assignment is sent to the page
            self._identity, self.wait = identity, 0
            self.status, self.roles, self.ended_because = IN, sorted(identity.roles), ""
            self.user_name, self.display_name = identity.user_name, identity.display_name
        register_page(identity, connection_of(self).client_token, AuthState)
        return identity

    async def _identify(self) -> Identity:
        """The identity, if it can be verified now. If not, the page tries again by itself later, even without `enter`."""
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
        """The identity by the current access token, or None if the token has expired."""
        token = self._pair_at_hand().access_token
        with suppress(AccessTokenExpired):
            return await verify_access(token, self._client(), received=not self._page.is_on_its_way(self._held_pair()))
        return None

    async def _rotate(self) -> Identity:
        """Rotate the pair that the browser holds. If an earlier answer to it was lost, this returns the same one again."""
        held = self._held_pair()
        try:
            pair = await refresh_pair(held.access_token, held.refresh_token, self._client())
        except SessionEnded as error:
            log_out_open_pages(error.session_id, error.reason)
            raise
        self._send(pair, token_store.keep(pair, in_place_of=held.refresh_token))
        return await verify_access(pair.access_token, self._client(), received=False)

    def _client(self) -> Client:
        """The client on this page, with the key that it has proved."""
        return page_client(self, self._page.key.key)

    def _leave(self, error: AuthError, *, stay: bool = False) -> None:
        """Clear the identity because of `error`, and go to the login page unless this page may `stay` or was told to go already.

        Too many rotations log nobody out: the page says so, and loads itself again when the wait is over.
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
        """Leave because the session was ended elsewhere. Nothing happens if this page no longer shows that session."""
        if not self._page.has_reported:
            return connect_anew()  # the server has lost this page's state: a new report tells the page that it has to leave
        if self._page.owner == session_id:
            self._clear_identity(reason, token_store.forget_session(session_id, because=reason))
            self._go_to_login(next_path=self._way_back(reason))
        return None

    def _load_anew(self) -> Any:
        """Clear what the page shows of its person and load it again: what the person may see has changed."""
        self._forget_states()
        return self._load_events()

    def _forget_former_person(self) -> bool:
        """Clear the person who is shown if the browser now holds another person's tokens. `enter` verifies these later."""
        claims = self._claims_at_hand()
        is_former = claims is not None and self._identity is not None and claims.subject != self._identity.user_id
        if is_former:
            self._forget_person()
        return is_former

    def _clear_identity(self, because: str, command: dict[str, Any], refused: TokenPair = NOTHING) -> None:
        """Clear everything private, in this state and in all others. `command` tells the browser what to remove."""
        self._forget_person()
        self._turn(self._page.left(refused))
        self.status, self.ended_because, self.storage_command = OUT, because, command

    def _forget_person(self) -> None:
        self._forget_states()
        self._turn(self._page.nobodys())
        self._identity, self.status, self.user_name, self.display_name, self.roles = None, UNKNOWN, "", "", []


send_to_anyone(AuthState.get_full_name(), "key_challenge", "is_key_unreadable")
