"""What is kept of a page after its connection has closed: for its owner all that it shows, for nobody's page almost nothing."""

import logging
from collections import OrderedDict

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

logger = logging.getLogger(__name__)

_closed_pages_of_nobody: OrderedDict[str, None] = OrderedDict()
"""The client tokens of closed pages of nobody, the oldest first."""


def keep_no_more(client_token: str) -> None:
    """The page is open again: do not count it as closed."""
    _closed_pages_of_nobody.pop(client_token, None)


async def forget_connection(app: rx.App, client_token: str, connection: str) -> None:
    """The connection has closed: clear each token, key and identity that it has shown."""
    manager, page = app.state_manager, rx.BaseStateToken(ident=client_token, cls=AuthState)
    if not client_token or is_forgotten(manager, page):
        held_events.close(connection)
        return
    await all_handled(connection)
    is_nobodys = False
    try:
        async with manager.modify_state(page) as state:
            root = root_of(state)
            auth = await root.get_state(AuthState)
            if auth._page.connection == connection:
                is_nobodys = auth._page.owner is None
                _forget(root, auth, client_token)
        if is_nobodys:
            await _limit_pages_of_nobody(manager, client_token)
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


async def _limit_pages_of_nobody(manager: object, client_token: str) -> None:
    _closed_pages_of_nobody[client_token] = None
    _closed_pages_of_nobody.move_to_end(client_token)
    while len(_closed_pages_of_nobody) > KEPT_OF_NOBODY:
        oldest, _ = _closed_pages_of_nobody.popitem(last=False)
        await remove(manager, oldest)
