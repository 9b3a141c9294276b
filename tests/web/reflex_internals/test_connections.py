"""WebSockets as Reflex, Socket.IO and Engine.IO keep them."""

import asyncio

import pytest
from redis.asyncio import Redis
from reflex.utils.token_manager import LocalTokenManager, SocketRecord

from rxapp.auth.web.reflex_internals.connections import (
    RedisTokenManager,
    bound_sockets,
    connected_pages,
    namespaces_to_join,
    send_halves_of_characters,
    take_in_one_step,
    token_manager_of,
)
from rxapp.auth.web.sockets.queue import PacketQueue
from tests.core.throttling.test_throttle_redis import RealRedis
from tests.web.reflex_internals.app import app  # noqa: F401  a fixture
from tests.web.test_events import in_a_loop

TOKEN = "7c0a2d6e-0000-4000-8000-000000000000"


@pytest.fixture
def redis(tmp_path):
    redis = RealRedis(tmp_path)
    yield redis
    redis.kill()


def test_the_token_manager_knows_each_pages_connection_and_its_own_name(app):  # noqa: F811
    manager = token_manager_of(app)
    assert isinstance(manager, LocalTokenManager)
    assert manager.instance_id
    assert in_a_loop(manager.link_token_to_sid(TOKEN, "a connection")) is None
    assert connected_pages()[TOKEN] == SocketRecord(instance_id=manager.instance_id, sid="a connection")
    assert app.event_namespace.sid_to_token["a connection"] == TOKEN


def test_with_redis_one_of_two_workers_gets_a_token_and_the_other_is_given_another(redis):
    async def act():
        managers = [RedisTokenManager(Redis.from_url(redis.url)) for _ in range(2)]
        for manager in managers:
            take_in_one_step(manager)
        given = await asyncio.gather(*(each.link_token_to_sid(TOKEN, f"connection {n}") for n, each in enumerate(managers)))
        holders = [TOKEN in manager.token_to_socket for manager in managers]
        for manager in managers:
            await manager.close()
        return given, holders

    given, holders = in_a_loop(act())
    assert sorted(holders) == [False, True]
    assert [token is None for token in given] == holders


def test_while_redis_is_away_a_token_is_still_given(redis):
    async def act():
        manager = RedisTokenManager(Redis.from_url(redis.url))
        take_in_one_step(manager)
        redis.kill()
        given = await manager.link_token_to_sid(TOKEN, "a connection")
        await manager.close()
        return given, manager.token_to_socket[TOKEN].sid

    assert in_a_loop(act()) == (None, "a connection")


def test_engine_io_takes_the_bounds_that_it_is_given(app):  # noqa: F811
    def no_origin(origin, environ):
        return False

    bound_sockets(app, allowed=no_origin, message_limit=1_000, queue=PacketQueue)
    server = app.sio.eio
    assert server._cors_allowed_origins({"HTTP_ORIGIN": "https://elsewhere.example"}) == []
    assert server.max_http_buffer_size == 1_000
    assert isinstance(server.create_queue(), PacketQueue)


def test_reflexs_namespace_is_the_one_that_a_page_may_join(app):  # noqa: F811
    assert set(namespaces_to_join(app.sio)) == {app.event_namespace.namespace}


def test_half_a_character_is_written_as_its_escape(app):  # noqa: F811
    send_halves_of_characters(app)
    packet = app.sio.packet_class(data=["typed", "a\ud83d"])
    assert packet.encode().encode() == b'2["typed","a\\ud83d"]'
