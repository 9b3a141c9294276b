"""How a page is left: where its browser is sent, and what tells the browser whose document it has.

Scripts keep more in a document than any server knows of, such as chosen files. So the browser loads another one where the page
was somebody's (`token_store.js`); that is for it to decide, for a reload and a lost connection look the same from here.
"""

import reflex as rx

from rxapp.auth.core.errors import RevocationReason
from rxapp.auth.web.auth_state.tokens import PageTokens
from rxapp.auth.web.browser_storage import token_store
from rxapp.auth.web.reflex_internals.app import get_config
from rxapp.auth.web.reflex_internals.state_reset import forget_private_state
from rxapp.auth.web.reflex_internals.state_trees import root_of
from rxapp.auth.web.site.redirects import login_url, path_in_app
from rxapp.auth.web.site.registry import site

_ENDS_FOR_GOOD = frozenset({RevocationReason.SIGNED_OUT, RevocationReason.ACCOUNT_DELETED, RevocationReason.USER_DISABLED})
"""Whoever signs in after these is not the same person going on: nothing says where they were."""


class Leaving(PageTokens, mixin=True):  # type: ignore[call-arg]  # the keyword is Reflex's own
    """A part of `AuthState`."""

    ended_because: str = ""

    _told_to_go: str = ""
    """From which page it was told to go to the login page."""

    @rx.var
    def person(self) -> str:
        """Who is shown, for the browser to notice when that is somebody else: the user's id. Empty while it is nobody."""
        return str(self._identity.user_id) if self._identity is not None else ""

    def _forget_states(self) -> None:
        """Forget what all other states of this page hold."""
        forget_private_state(root_of(self), exclude=type(self))

    def _go_to_login(self, next_path: str = "") -> None:
        """Have the browser go there, once storage is as the command wants it."""
        path = login_url(site.login_route, reason=self.ended_because, next_path=next_path)
        self.storage_command = token_store.and_go(self.storage_command, path, replaces=bool(next_path))
        self._told_to_go = self._path_and_query()

    def _is_going(self) -> bool:
        """Whether it was told so already, over this connection: with each connection there are no commands to begin with."""
        return "go_to" in self.storage_command and self._told_to_go == self._path_and_query()

    def _way_back(self, reason: str) -> str:
        return "" if reason in _ENDS_FOR_GOOD else self._path_and_query()

    def _path_and_query(self) -> str:
        url = self.router.url
        path = path_in_app(url.path, get_config().frontend_path).rstrip("/") or "/"
        return f"{path}?{url.query}" if url.query else path
