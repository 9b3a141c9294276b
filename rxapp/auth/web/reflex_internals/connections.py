"""WebSockets: which page has which one, which connection gets a client token, and what Engine.IO keeps, refuses and writes."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

import reflex as rx
from redis.exceptions import RedisError
from reflex.utils import token_manager
from socketio import exceptions  # type: ignore[import-untyped]

from rxapp.auth.web.reflex_internals.app import registrations

RedisTokenManager = token_manager.RedisTokenManager
"""Needs: the class of the token manager in an app with Redis.
Why: only with Redis can a page have its WebSocket on another worker.
Without it: updates that a task sends to such a page are lost."""

Refused = exceptions.ConnectionRefusedError
"""Needs: the exception with which Socket.IO refuses a connection.
Why: a handshake that names no page is refused before Reflex makes a state for it.
Without it: anybody can fill the memory with states."""

_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")


def token_manager_of(app: rx.App) -> token_manager.TokenManager:
    """The object that gives each connection its client token.

    Needs: `EventNamespace._token_manager`.
    Why: it is the only register that says which page has which WebSocket, on which worker.
    Without it: nothing knows where a page is, so nothing can be pushed to it.
    """
    namespace: Any = app.event_namespace
    return namespace._token_manager


def connected_pages() -> Mapping[str, token_manager.SocketRecord]:
    """The connection of each page, by client token; with at least the pages connected to this process.

    Needs: `EventNamespace._token_manager.token_to_socket`.
    Why: the public `token_to_sid` is built of all pages at each call: a third of the time of a push to two thousand pages.
    Without it: as above.
    """
    app: Any = registrations().app
    return app.event_namespace._token_manager.token_to_socket


def take_in_one_step(manager: token_manager.TokenManager) -> None:
    """From now on, each connection takes its client token in one atomic step, or gets another one.

    Needs: how `RedisTokenManager` names and pickles its records (`_get_redis_key`, `_store_socket_record`, `_get_new_token`).
    Why: Reflex asks Redis whether a token is taken, and then takes it. In between others can take it too, and then each of them
    may get what is sent to the page. Here it is one atomic step, and one connection wins.
    Without it: a stranger who knows a client token and is quick gets what is sent to the page.
    """
    if not isinstance(manager, RedisTokenManager):
        return

    async def link_token_to_sid(token: str, sid: str) -> str | None:
        taken = manager.token_to_socket.get(token)
        if taken is not None and taken.sid == sid:
            return None
        manager._ensure_socket_record_task()
        record = token_manager.SocketRecord(instance_id=manager.instance_id, sid=sid)
        # Looked up at each call, because `sealed_state.py` replaces this `pickle` by one that seals.
        sealed = token_manager.pickle.dumps(record)  # pyright: ignore[reportPrivateImportUsage]
        key, seconds = manager._get_redis_key(token), manager.token_expiration
        try:
            is_ours = await manager.redis.set(key, sealed, ex=seconds, nx=True)
        except RedisError:
            return await token_manager.LocalTokenManager.link_token_to_sid(manager, token, sid)
        new_token = None
        if not is_ours:
            token = new_token = token_manager._get_new_token()
            await manager._store_socket_record(token, record)
        manager.token_to_socket[token], manager.sid_to_token[sid] = record, token
        return new_token

    manager.link_token_to_sid = link_token_to_sid


def bound_sockets(app: rx.App, *, allowed: Callable[[str, dict], bool], message_limit: int, queue: type) -> None:
    """From now on, accept WebSockets from these origins only, messages up to this length, and queue unsent packets in `queue`.

    Needs: `cors_allowed_origins`, `max_http_buffer_size` and `create_queue` of Engine.IO's server.
    Why: Reflex has no setting for the last two, and its setting for the first takes no function.
    Without it: other sites open WebSockets, and a client that sends too much or does not read fills the memory.
    """
    sio: Any = app.sio  # every app with states has one
    server = sio.eio
    server.cors_allowed_origins, server.max_http_buffer_size, server.create_queue = allowed, message_limit, queue


def namespaces_to_join(sio: Any) -> Collection[str]:
    """The namespaces that a connection may join now.

    Needs: `namespace_handlers` and `handlers` of Socket.IO's server.
    Why: Socket.IO stores each other namespace that a connection names.
    Without it: a connection that names thousands of them fills the memory.
    """
    return sio.namespace_handlers.keys() | sio.handlers.keys()


def send_halves_of_characters(app: rx.App) -> None:
    """From now on, write a lone surrogate, which may come from a browser or from a person's input, as its JSON escape.

    Needs: that Socket.IO's packets write JSON with `packet_class.json`.
    Why: a lone surrogate cannot be encoded in UTF-8.
    Without it: Engine.IO's writer stops without an error, and the page waits for ever.
    """
    sio: Any = app.sio
    packets = sio.packet_class
    dumps = packets.json.dumps

    def sendable(value: Any, **options: Any) -> str:
        return _HALF_A_CHARACTER.sub(lambda half: f"\\u{ord(half[0]):04x}", dumps(value, **options))

    packets.json = type(packets.json)(dumps=sendable, loads=packets.json.loads)
