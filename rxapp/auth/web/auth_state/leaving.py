"""How a person leaves a page: where the browser is sent, and how it knows to whom its document belongs.

Scripts keep data in a document that no server knows of, such as chosen files. So the browser loads a new document if the old one
belonged to somebody (`token_store.js`). The browser decides this: a reload and a lost connection look the same to the server.
"""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import reflex as rx

from rxapp.auth.core.errors import RevocationReason
from rxapp.auth.core.login.strength import has_two_factors
from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.web.auth_state.confirmation import ConfirmationState
from rxapp.auth.web.auth_state.news import NewsState
from rxapp.auth.web.auth_state.tokens import PageTokens
from rxapp.auth.web.browser_storage import token_store
from rxapp.auth.web.page_session.page import ACKNOWLEDGED_WITHIN
from rxapp.auth.web.reflex_internals.app import get_config, registrations
from rxapp.auth.web.reflex_internals.state_managers import keeps_whole_states
from rxapp.auth.web.reflex_internals.state_reset import forget_private_state, forget_these
from rxapp.auth.web.reflex_internals.state_trees import root_of
from rxapp.auth.web.site.redirects import login_url, path_in_app
from rxapp.auth.web.site.registry import site

S = TypeVar("S", bound=rx.State)

_ENDS_FOR_GOOD = frozenset({RevocationReason.SIGNED_OUT, RevocationReason.ACCOUNT_DELETED, RevocationReason.USER_DISABLED})
"""After these, whoever logs in next may be another person. So the URL of the login page does not tell which page was left."""


_during_login: set[type[rx.State]] = set()


def kept_during_login(state: type[S]) -> type[S]:
    """Mark a state that shows a step of a login. It stays when the connection is lost in the middle of it."""
    _during_login.add(state)
    return state


_of_one_connection: set[type[rx.State]] = set()


def of_one_connection(state: type[S]) -> type[S]:
    """Mark a state of nobody's page whose vars are secret. A new connection is not sent them: it may be another browser's."""
    _of_one_connection.add(state)
    return state


class Leaving(PageTokens, mixin=True):  # type: ignore[call-arg]  # the keyword is Reflex's own
    """A part of `AuthState`."""

    ended_because: str = ""

    _told_to_go: str = ""
    """The path that the page had when the browser was sent to the login page."""

    _handed_over: tuple[str, str, tuple[str, ...]] | None = None
    """The stage, the pending login and the methods of a login that another page has begun. The login page takes it at once. It
    is here because all other states are cleared when a visitor comes to a page.
    """

    _has_login_under_way: bool = False
    """Whether this page is in the middle of a login that only its browser's key can complete. Then its form stays when the
    connection is lost: that happens to a phone while its person looks for the code.
    """

    _began_at: datetime | None = None
    """When somebody has logged in on this page. None as soon as their browser is known to have stored the pair."""

    _loaded_path: str = ""
    """The path at the last load of this document."""

    _entered_path: str = ""
    """The path at which the person was verified when the page was loaded."""

    _is_new_visit: bool = True
    _visit: int = 0
    """Whether the person has just come to this page. If not, the page is loaded again, perhaps because a connection was lost:
    what it says to the person must stay.
    """

    @rx.var
    def person(self) -> str:
        """The id of the user who is shown, or empty. The browser notices by it when the person changes."""
        return str(self._identity.user_id) if self._identity is not None else ""

    @rx.var
    def has_two_factors(self) -> bool:
        """Whether two factors were given in the session of this page. It only decides what is shown."""
        return self._identity is not None and has_two_factors(self._identity)

    def _begin_connection(self, connection: str, client_token: str) -> None:
        super()._begin_connection(connection, client_token)
        forget_these(root_of(self), _of_one_connection)

    def _forget_states(self) -> None:
        """Clear all other states of this page. Those of a login that goes on after a lost connection stay."""
        goes_on = self._has_login_under_way and not self._is_new_visit
        stays = {type(self), *(_during_login if goes_on else ())}
        forget_private_state(root_of(self), exclude=stays, is_whole=keeps_whole_states())

    async def _tell(self, user_id: UUID, kind: str, sentence: str) -> None:
        """Say what has happened to the account, if the page still shows this person."""
        if self._identity is not None and self._identity.user_id == user_id:
            (await self.get_state(NewsState))._add(kind, sentence)

    def _load_events(self) -> Any:
        """The events that load this page."""
        return registrations().app.get_load_events(self.router.url.path)

    async def _begin_load(self) -> None:
        """A page is being loaded, whether the person has come to it or not."""
        held = self._held_pair().refresh_token
        if self._identity is not None and held.startswith(token_store.session_part(self._identity.session_id)):
            self._began_at = None  # the browser has stored the pair
        path, self._told_to_go, self._entered_path = self._path_and_query(), "", ""
        self._is_new_visit, self._loaded_path = path != self._loaded_path, path
        if self._is_new_visit:
            self._visit += 1
            (await self.get_state(ConfirmationState))._leave(path)

    def _go_to_login(self, next_path: str = "") -> None:
        """Send the browser to the login page after it has carried out the storage command."""
        path = login_url(site.login_route, reason=self.ended_because, next_path=next_path)
        self.storage_command = token_store.and_go(self.storage_command, path, replaces=bool(next_path))
        self._told_to_go = self._path_and_query()

    def _has_just_begun(self) -> bool:
        """Whether somebody has logged in on this page so lately that the browser may not have stored their pair yet."""
        return self._began_at is not None and get_service().clock() - self._began_at <= ACKNOWLEDGED_WITHIN

    def _is_going(self) -> bool:
        """Whether the browser already has this command, over this connection. A new connection begins without commands."""
        return "go_to" in self.storage_command and self._told_to_go == self._path_and_query()

    def _way_back(self, reason: str) -> str:
        return "" if reason in _ENDS_FOR_GOOD else self._path_and_query()

    def _path_and_query(self) -> str:
        url = self.router.url
        path = path_in_app(url.path, get_config().frontend_path).rstrip("/") or "/"
        return f"{path}?{url.query}" if url.query else path
