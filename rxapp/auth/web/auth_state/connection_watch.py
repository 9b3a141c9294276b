"""Watches the app's WebSockets: who connects, what is received and sent, and what is kept after a connection has closed.

Reflex calls the methods of its event namespace by name, so this module replaces those of this app's namespace.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import reflex as rx
from redis.exceptions import RedisError
from reflex.state import BaseState, StateUpdate

from rxapp.auth.web.auth_state.closed_pages import forget_connection, keep_no_more
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.page_session import connections
from rxapp.auth.web.page_session.client_tokens import names_a_page
from rxapp.auth.web.page_session.page import PageSession
from rxapp.auth.web.page_session.pending_events import counted_events, large_ones_handled, room_for_more
from rxapp.auth.web.page_session.work import of_its_session_only, session_of_sender
from rxapp.auth.web.reflex_internals.connections import RedisTokenManager, Refused, take_in_one_step, token_manager_of
from rxapp.auth.web.reflex_internals.events import RouteVar
from rxapp.auth.web.reflex_internals.state_trees import root_of

logger = logging.getLogger(__name__)

_closings: set[asyncio.Task[None]] = set()


@dataclass(frozen=True)
class _AddressedUpdate(StateUpdate):
    """An update on its way to the worker that has the page's socket.

    Only the `connection` that the page had when the update was made may get it. With a `session`, whose work has sent it, the
    page must still belong to that session.
    """

    connection: str = ""
    session: str = ""


def watch_connections(app: rx.App) -> None:
    """From now on, keep `connections` up to date and send each connection only what it may get."""
    namespace: Any = app.event_namespace  # Any, because its methods are replaced; every app with states has one
    watch = _Watch(app)
    take_in_one_step(token_manager_of(app))
    app.register_lifespan_task(counted_events, app=app)
    of_its_session_only(app, _page_of)
    namespace.on_connect, namespace.on_event = watch.on_connect, watch.on_event
    namespace.on_disconnect, namespace.emit_update = watch.on_disconnect, watch.emit_update


class _Watch:
    """The methods of Reflex's event namespace, with their names. Each wraps the original one."""

    def __init__(self, app: rx.App) -> None:
        self._app = app
        namespace: Any = app.event_namespace
        self._namespace = namespace
        self._manager = token_manager_of(app)
        self._connect, self._receive = namespace.on_connect, namespace.on_event
        self._disconnect, self._send = namespace.on_disconnect, namespace.emit_update

    async def on_connect(self, connection: str, environ: dict[str, Any], auth: Any = None) -> None:
        if not names_a_page(environ.get("QUERY_STRING", "")):
            raise Refused
        connections.opened(connection)
        try:
            await self._connect(connection, environ, auth)
        except BaseException:
            connections.closed(connection)
            raise
        keep_no_more(self._namespace.sid_to_token.get(connection, ""))

    async def on_event(self, connection: str, data: Any) -> None:
        await room_for_more(connection)
        if isinstance(data, dict):
            data = {**data, "router_data": _whole_address(data.get("router_data"))}
        await self._receive(connection, data)
        await large_ones_handled(connection)

    def on_disconnect(self, connection: str, *_reason: Any) -> Any:
        client_token = self._namespace.sid_to_token.get(connection, "")
        connections.closed(connection)
        closing = asyncio.create_task(forget_connection(self._app, client_token, connection))
        _closings.add(closing)
        closing.add_done_callback(_closings.discard)
        return self._disconnect(connection)

    async def emit_update(self, update: StateUpdate, token: str) -> None:
        record = self._manager.token_to_socket.get(token)
        if record is not None and record.instance_id == self._manager.instance_id:
            arrived, session = _arrived(update, record.sid, token)
            if (allowed := connections.for_connection(record.sid, arrived, session)) is not None:
                await self._send(allowed, token)
        elif not isinstance(self._manager, RedisTokenManager):
            await self._send(update, token)
        elif not isinstance(update, _AddressedUpdate) and (connection := await _connection_of(self._app, token)):
            session = session_of_sender(token, update)
            addressed = _AddressedUpdate(update.delta, update.events, connection=connection, session=str(session or ""))
            await self._send(addressed, token)


async def _page_of(root: BaseState) -> PageSession:
    return (await root.get_state(AuthState))._page


def _arrived(update: StateUpdate, connection: str, client_token: str) -> tuple[StateUpdate, UUID | None]:
    """The update as Reflex sends it, and the session whose work it is of. Empty if it was for an earlier connection."""
    if not isinstance(update, _AddressedUpdate):
        return update, session_of_sender(client_token, update)
    if update.connection != connection:
        return StateUpdate(), None
    return StateUpdate(delta=update.delta, events=update.events), UUID(update.session) if update.session else None


async def _connection_of(app: rx.App, client_token: str) -> str:
    """The page's connection, on any worker; empty if it has none."""
    try:
        state = await app.state_manager.get_state(rx.BaseStateToken(ident=client_token, cls=AuthState))
        return (await root_of(state).get_state(AuthState))._page.connection
    except RedisError as error:
        logger.warning("an update could not be passed to another worker: %s", type(error).__name__)
        return ""


def _whole_address(router_data: Any) -> dict[str, Any]:
    """The page's address, complete. For each missing part, Reflex would keep what the person before has sent."""
    given = router_data if isinstance(router_data, dict) else {}
    path = given.get(RouteVar.PATH, "/404")
    return {RouteVar.PATH: path, RouteVar.ORIGIN: path, RouteVar.QUERY: {}} | given
