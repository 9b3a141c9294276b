"""Client tokens: one page has each, whatever connects at the same moment and to whichever worker.

Reflex asks Redis whether a token is taken, and then takes it. Between the two others take it as well, and then what is sent to
the page reaches any of them. Here taking it is one step, and one wins.
"""

import re
from urllib.parse import parse_qs

from redis.exceptions import RedisError
from reflex.utils import token_manager
from reflex.utils.token_manager import LocalTokenManager, RedisTokenManager, SocketRecord, TokenManager

_CLIENT_TOKEN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""As Reflex's pages make them. Under other names an app may keep what many pages share."""


def is_client_token(token: str) -> bool:
    """Whether it could be a page's."""
    return _CLIENT_TOKEN.fullmatch(token) is not None


def names_a_page(query: str) -> bool:
    """Whether the query of a handshake names one."""
    (token, *_) = parse_qs(query).get("token", [""])
    return is_client_token(token)


def take_in_one_step(manager: TokenManager) -> None:
    """From now on, have each connection take its client token in one step, or be given another."""
    if not isinstance(manager, RedisTokenManager):
        return

    async def link_token_to_sid(token: str, sid: str) -> str | None:
        taken = manager.token_to_socket.get(token)
        if taken is not None and taken.sid == sid:
            return None
        manager._ensure_socket_record_task()
        record = SocketRecord(instance_id=manager.instance_id, sid=sid)
        # Read at each call: what is pickled for Redis is sealed (`sealed_state.py`).
        sealed = token_manager.pickle.dumps(record)  # pyright: ignore[reportPrivateImportUsage]
        key, seconds = manager._get_redis_key(token), manager.token_expiration
        try:
            is_ours = await manager.redis.set(key, sealed, ex=seconds, nx=True)
        except RedisError:
            return await LocalTokenManager.link_token_to_sid(manager, token, sid)
        new_token = None
        if not is_ours:
            token = new_token = token_manager._get_new_token()
            await manager._store_socket_record(token, record)
        manager.token_to_socket[token], manager.sid_to_token[sid] = record, token
        return new_token

    manager.link_token_to_sid = link_token_to_sid
