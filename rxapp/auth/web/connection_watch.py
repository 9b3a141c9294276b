"""Watches the app's WebSockets: what connects, what it sends, what is sent to it, and what is kept of it when it has closed.

Reflex calls the methods of its event namespace by their names, so those of this app's are put in place here.
"""

import asyncio
import logging
from collections import OrderedDict
from typing import Any

import reflex as rx
from redis.exceptions import RedisError
from reflex.istate.manager.memory import StateManagerMemory
from reflex.state import State, StateUpdate
from reflex_base.constants import RouteVar

from rxapp.auth.web import connections, held_events
from rxapp.auth.web.open_pages import unregister_page
from rxapp.auth.web.pending_events import counted_events, large_ones_handled, room_for_more
from rxapp.auth.web.state import AuthState

CLOSED_PAGES_KEPT = 1_000
"""Pages of nobody whose connection has closed, in this process: about 60 MB. A reload finds what it left."""

logger = logging.getLogger(__name__)

_closed_pages: OrderedDict[str, None] = OrderedDict()
_closings: set[asyncio.Task[None]] = set()


def watch_connections(app: rx.App) -> None:
    """From now on, keep `connections` up to date and send to each what it may be sent."""
    namespace = app.event_namespace
    connect, receive, disconnect, send = namespace.on_connect, namespace.on_event, namespace.on_disconnect, namespace.emit_update

    async def on_connect(connection: str, environ: dict[str, Any], auth: Any = None) -> None:
        connections.opened(connection)
        try:
            await connect(connection, environ, auth)
        except BaseException:
            connections.closed(connection)
            raise
        _closed_pages.pop(namespace.sid_to_token.get(connection, ""), None)

    async def on_event(connection: str, data: Any) -> None:
        await room_for_more(connection)
        if isinstance(data, dict):
            data = {**data, "router_data": _whole_address(data.get("router_data"))}
        await receive(connection, data)
        await large_ones_handled(connection)

    def on_disconnect(connection: str, *_reason: Any) -> Any:
        client_token = namespace.sid_to_token.get(connection, "")
        connections.closed(connection)
        closing = asyncio.create_task(_forget(app, client_token, connection))
        _closings.add(closing)
        closing.add_done_callback(_closings.discard)
        return disconnect(connection)

    async def emit_update(update: StateUpdate, token: str) -> None:
        record = namespace._token_manager.token_to_socket.get(token)
        if record is not None and record.instance_id == namespace._token_manager.instance_id:
            allowed = connections.for_connection(record.sid, update)
            if allowed is None:
                return
            update = allowed
        await send(update, token)

    app.register_lifespan_task(counted_events, app=app)
    namespace.on_connect, namespace.on_event = on_connect, on_event
    namespace.on_disconnect, namespace.emit_update = on_disconnect, emit_update


def _whole_address(router_data: Any) -> dict[str, Any]:
    """Where the page says that it is. Of what it leaves out Reflex would keep what whoever was there before has said."""
    given = router_data if isinstance(router_data, dict) else {}
    path = given.get(RouteVar.PATH, "/404")
    return {RouteVar.PATH: path, RouteVar.ORIGIN: path, RouteVar.QUERY: {}} | given


async def _forget(app: rx.App, client_token: str, connection: str) -> None:
    """The connection has closed: no token, key or identity that it has shown is kept, and of nobody's page not much else."""
    manager = app.state_manager
    page = rx.BaseStateToken(ident=client_token, cls=AuthState)
    if not client_token or (isinstance(manager, StateManagerMemory) and page.cache_key not in manager.states):
        held_events.close(connection)
        return
    try:
        async with manager.modify_state(page) as state:
            root = state._get_root_state()
            auth = await root.get_state(AuthState)
            is_nobodys = auth._page.owner is None
            if auth._page.connection == connection:
                if auth._page.owner is not None:
                    unregister_page(auth._page.owner, client_token)
                auth._begin_connection("", client_token)
                root._reset_client_storage()
                root._clean()
    except RedisError as error:  # the next connection forgets it before anything else is done
        logger.warning("a closed page could not be tidied up: %s", type(error).__name__)
        return
    finally:
        held_events.close(connection)
    if is_nobodys and isinstance(manager, StateManagerMemory):
        _keep_few(manager, client_token)


def _keep_few(manager: StateManagerMemory, client_token: str) -> None:
    _closed_pages[client_token] = None
    while len(_closed_pages) > CLOSED_PAGES_KEPT:
        oldest, _ = _closed_pages.popitem(last=False)
        token = rx.BaseStateToken(ident=oldest, cls=State)
        if not (lock := manager._states_locks.get(token.lock_key)) or not lock.locked():
            manager._purge_token(token)
