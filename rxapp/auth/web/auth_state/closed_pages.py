"""What is kept of a page after its connection has closed: for its owner all that it shows, for nobody's page almost nothing.

And of how many pages: whoever opens and closes pages without end must not fill the memory.
"""

import logging
from collections import OrderedDict
from uuid import UUID

import reflex as rx
from redis.exceptions import RedisError
from reflex.state import BaseState

from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.open_pages.registry import unregister_page
from rxapp.auth.web.page_session import held_events
from rxapp.auth.web.page_session.client_tokens import is_client_token
from rxapp.auth.web.page_session.pending_events import all_handled
from rxapp.auth.web.reflex_internals.state_managers import is_forgotten, remove
from rxapp.auth.web.reflex_internals.state_trees import forget_report, forget_request, root_of

KEPT_OF_NOBODY = 500
"""How many closed pages of nobody each worker keeps: some 50 MB. A reload finds its state, and strangers cannot fill memory."""

KEPT_OF_A_PERSON = 20
"""And of each person who is logged in. One page holds up to a megabyte of what its person has sent."""

OWNERS = 20_000
"""Of so many people it is known which pages they have closed. Of others, Reflex forgets the pages after a while."""

logger = logging.getLogger(__name__)


class _ClosedPages:
    """The client tokens of closed pages of each owner, the oldest first. None stands for nobody."""

    def __init__(self) -> None:
        self._of: OrderedDict[UUID | None, OrderedDict[str, None]] = OrderedDict()
        self._owners: dict[str, UUID | None] = {}

    def add(self, client_token: str, owner: UUID | None) -> list[str]:
        """Note that the page is closed. Returns the pages that are too many now."""
        self.discard(client_token)
        pages = self._of.setdefault(owner, OrderedDict())
        self._of.move_to_end(owner)
        pages[client_token], self._owners[client_token] = None, owner
        if len(self._of) > OWNERS:
            for forgotten in self._of.popitem(last=False)[1]:
                del self._owners[forgotten]
        surplus = list(pages)[: -(KEPT_OF_NOBODY if owner is None else KEPT_OF_A_PERSON)]
        for each in surplus:
            self.discard(each)
        return surplus

    def discard(self, client_token: str) -> None:
        """The page is open again, or gone."""
        if client_token in self._owners:
            owner = self._owners.pop(client_token)
            del self._of[owner][client_token]
            if not self._of[owner]:
                del self._of[owner]


_closed_pages = _ClosedPages()


def keep_no_more(client_token: str) -> None:
    """The page is open again: do not count it as closed."""
    _closed_pages.discard(client_token)


async def forget_connection(app: rx.App, client_token: str, connection: str) -> None:
    """The connection has closed: clear each token, key and identity that it has shown."""
    manager, page = app.state_manager, rx.BaseStateToken(ident=client_token, cls=AuthState)
    if not client_token or is_forgotten(manager, page):
        held_events.close(connection)
        return
    await all_handled(connection)
    surplus: list[str] = []
    try:
        async with manager.modify_state(page) as state:
            root = root_of(state)
            auth = await root.get_state(AuthState)
            if auth._page.connection == connection:
                _forget(root, auth, client_token)
                surplus = _closed_pages.add(client_token, auth._identity.user_id if auth._identity else None)
        for each in surplus:
            await remove(manager, each)
    except RedisError as error:  # the next connection clears it before anything else
        logger.warning("the state of a closed page could not be cleared: %s", type(error).__name__)
    finally:
        held_events.close(connection)


async def is_a_page(app: rx.App, client_token: str) -> bool:
    """Whether a page with this client token is open, or belonged to somebody when it closed."""
    if not is_client_token(client_token):
        return False
    state = await app.state_manager.get_state(rx.BaseStateToken(ident=client_token, cls=AuthState))
    page = (await root_of(state).get_state(AuthState))._page
    return bool(page.connection or page.owner)


def _forget(root: BaseState, auth: AuthState, client_token: str) -> None:
    if auth._page.owner is not None:
        unregister_page(auth._page.owner, client_token)
    else:
        forget_request(root)  # it takes more memory than all the rest
    auth._begin_connection("", client_token)
    forget_report(root)
