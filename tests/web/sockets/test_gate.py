"""The door of every WebSocket, with Socket.IO's real server behind it: how connections end, and what is kept of them."""

import asyncio
import json
from types import SimpleNamespace

import pytest
import reflex.app as reflex_app
from engineio.packet import MESSAGE, Packet
from socketio import ASGIApp, AsyncNamespace, AsyncServer

from rxapp.auth.web.sockets import gate as socket_gate
from rxapp.auth.web.sockets.connection_limit import SocketConnections, TooManyConnections
from rxapp.auth.web.sockets.gate import (
    ATTACHMENTS_TIMEOUT_SECONDS,
    HEADER_BYTES_AT_MOST,
    JOIN_TIMEOUT_SECONDS,
    QUERY_BYTES_AT_MOST,
    SEND_TIMEOUT_SECONDS,
    SocketGate,
)
from rxapp.auth.web.sockets.queue import UNSENT_BYTES_AT_MOST, PacketQueue
from tests.web.test_events import in_a_loop

LIMIT = 3


class Echo(AsyncNamespace):
    async def on_echo(self, sid, data):
        await self.emit("echo", data, to=sid)


class Connection:
    """A client by hand, over ASGI."""

    def __init__(self, app, **scope) -> None:
        self.sent: list[dict] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self._incoming: asyncio.Queue = asyncio.Queue()
        self._incoming.put_nowait({"type": "websocket.connect"})
        self._scope = {
            "type": "websocket",
            "path": "/_event/",
            "root_path": "",
            "query_string": b"EIO=4&transport=websocket",
            "headers": [(b"upgrade", b"websocket"), (b"connection", b"upgrade")],
            "client": ("192.0.2.1", 50_000),
            "extensions": {},
        } | scope
        self.task = asyncio.ensure_future(app(self._scope, self._incoming.get, self._take))

    async def _take(self, message) -> None:
        await self.reads.wait()
        self.sent.append(message)

    def say(self, message) -> None:
        member = "bytes" if isinstance(message, bytes) else "text"
        self._incoming.put_nowait({"type": "websocket.receive", member: message})

    def vanish(self) -> None:
        self._incoming.put_nowait({"type": "websocket.disconnect", "code": 1006})

    @property
    def kinds(self) -> list[str]:
        return [message["type"].removeprefix("websocket.") for message in self.sent]


class Moved:
    """The loop's clock, which is set and not waited for."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._real, self._by = self.loop.time, 0.0
        self.loop.time = lambda: self._real() + self._by

    async def by(self, seconds: float) -> None:
        self._by += seconds
        await settled()


async def settled() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.fixture
def gate(settings):
    """The gate, and the server behind it."""
    settings = settings.model_copy(update={"connections_per_address": LIMIT})

    def make():
        sio = AsyncServer(async_mode="asgi", transports=["websocket"], async_handlers=False, cors_allowed_origins="*")
        sio.eio.create_queue = PacketQueue
        sio.register_namespace(Echo("/_event"))
        return SocketGate(ASGIApp(sio, socketio_path=""), settings=settings, event_path="/_event", sio=sio), sio

    return make


async def joined(gate) -> Connection:
    page = Connection(gate)
    page.say("40/_event,")
    await settled()
    assert "40/_event" in page.sent[-1]["text"]
    return page


class TestTheConnectionsOfAnAddress:
    def test_the_next_is_refused_and_another_address_is_not(self, gate):
        async def scenario():
            app, _ = gate()
            for _ in range(LIMIT):
                await joined(app)
            one_more = Connection(app)
            await one_more.task
            other = Connection(app, client=("192.0.2.2", 50_000))
            await settled()
            return one_more, other

        one_more, other = in_a_loop(scenario())
        assert one_more.kinds == ["close"], "which a server makes a 403 of"
        assert other.kinds[0] == "accept"

    def test_where_the_server_can_say_so_it_is_a_429_with_the_time_to_wait(self, gate):
        async def scenario():
            app, _ = gate()
            for _ in range(LIMIT):
                await joined(app)
            one_more = Connection(app, extensions={"websocket.http.response": {}})
            await one_more.task
            return one_more.sent

        start, body = in_a_loop(scenario())
        assert start["status"] == 429
        assert dict(start["headers"])[b"retry-after"] == b"30"
        assert json.loads(body["body"])["code"] == "too_many_requests"

    def test_an_address_is_what_the_trusted_proxies_say(self, gate, settings):
        async def scenario():
            app, _ = gate()
            app._settings = settings.model_copy(update={"connections_per_address": LIMIT, "trusted_proxy_hops": 1})
            for number in range(3 * LIMIT):
                made_up = f"198.51.100.{number}".encode()
                forwarded = (b"x-forwarded-for", made_up + b", 203.0.113.9")
                page = Connection(app, headers=[(b"upgrade", b"websocket"), (b"connection", b"upgrade"), forwarded])
                await settled()
            return page.kinds

        assert in_a_loop(scenario()) == ["close"]

    @pytest.mark.parametrize("reflexs_own_hops", [0, 1, 2])
    def test_reflex_takes_the_address_that_we_take(self, settings, monkeypatch, reflexs_own_hops):
        """Its pages and our API must see one address, because limits count by it."""
        monkeypatch.setattr(reflex_app, "get_config", lambda: SimpleNamespace(trusted_proxy_hops=reflexs_own_hops))
        seen = []

        async def app(scope, _receive, _send):
            seen.append(reflex_app.EventNamespace._build_static_router_data(None, "sid", {"asgi.scope": scope})["ip"])

        settings = settings.model_copy(update={"trusted_proxy_hops": 2})
        gate = SocketGate(app, settings=settings, event_path="/_event", sio=AsyncServer(async_mode="asgi"))
        forwarded = [(b"x-forwarded-for", b"6.6.6.6, 203.0.113.9:4711"), (b"x-forwarded-for", b"10.0.0.1:4712")]

        async def scenario():
            await Connection(gate, headers=forwarded).task

        in_a_loop(scenario())
        assert seen == ["203.0.113.9"]

    @pytest.mark.parametrize("how", ["closed", "vanished", "refused", "silent", "broken", "cancelled"])
    def test_nothing_is_kept_of_it_however_its_connections_end(self, gate, how):
        async def scenario():
            app, sio = gate()
            clock = Moved()
            pages = [Connection(app) for _ in range(LIMIT)]
            await settled()
            assert app.connections.count() == 1
            for page in pages:
                if how == "closed":
                    page.say("40/_event,")
                    page.say("1")
                    page.vanish()
                elif how == "vanished":
                    page.vanish()
                elif how == "refused":
                    page.say("40/other,")
                elif how == "broken":
                    page.say("")
                elif how == "cancelled":
                    page.task.cancel()
            await clock.by(JOIN_TIMEOUT_SECONDS + 1)
            await asyncio.gather(*(page.task for page in pages), return_exceptions=True)
            await settled()
            return app.connections.count(), len(sio.eio.sockets), len(sio.environ)

        addresses, *_ = kept = in_a_loop(scenario())
        assert addresses == 0
        assert how == "cancelled" or kept == (0, 0, 0)

    def test_of_an_ipv6_network_all_are_one(self):
        connections = SocketConnections(1)
        with connections.one_of("2001:db8:1:2::1"), pytest.raises(TooManyConnections), connections.one_of("2001:db8:1:2:3::9"):
            pass
        assert connections.count() == 0

    @pytest.mark.parametrize(("limit", "address"), [(0, "192.0.2.1"), (1, "")])
    def test_without_a_limit_or_an_address_nothing_is_counted(self, limit, address):
        connections = SocketConnections(limit)
        with connections.one_of(address), connections.one_of(address):
            assert connections.count() == 0


class TestPatience:
    def test_a_connection_that_does_not_join_is_closed(self, gate):
        async def scenario():
            app, _ = gate()
            clock = Moved()
            page = Connection(app)
            await settled()
            page.say("3")
            await clock.by(JOIN_TIMEOUT_SECONDS - 1)
            before = page.kinds
            page.say("3")
            await clock.by(2)
            await page.task
            return before, page.kinds

        before, after = in_a_loop(scenario())
        assert "close" not in before
        assert after[-1] == "close"

    def test_one_that_has_joined_may_be_silent(self, gate):
        async def scenario():
            app, _ = gate()
            page = await joined(app)
            await Moved().by(3 * JOIN_TIMEOUT_SECONDS)
            return page.kinds

        assert "close" not in in_a_loop(scenario())

    @pytest.mark.parametrize("goodbye", ["1", "41/_event,"])
    def test_one_that_has_said_goodbye_does_not_stay(self, gate, goodbye):
        """Engine.IO would forget it, and hold the WebSocket as long as the client likes."""

        async def scenario():
            app, sio = gate()
            page = await joined(app)
            page.say(goodbye)
            await settled()
            return page.task.done(), app.connections.count(), len(sio.environ)

        assert in_a_loop(scenario()) == (True, 0, 0)

    def test_attachments_that_do_not_come_end_the_connection_and_nothing_of_them_is_kept(self, gate):
        async def scenario():
            app, sio = gate()
            page = await joined(app)
            clock = Moved()
            page.say('452-/_event,["echo",{"_placeholder":true,"num":0}]')
            page.say(b"x")
            await settled()
            assert sio._binary_packet
            await clock.by(ATTACHMENTS_TIMEOUT_SECONDS + 1)
            await page.task
            return page.kinds, sio._binary_packet

        kinds, kept = in_a_loop(scenario())
        assert kinds[-1] == "close"
        assert not kept

    def test_a_binary_message_that_is_complete_arrives(self, gate):
        async def scenario():
            app, _ = gate()
            page = await joined(app)
            page.say('451-/_event,["echo",{"_placeholder":true,"num":0}]')
            page.say(b"\x07sound")
            await settled()
            return page.sent[-1]

        assert in_a_loop(scenario())["bytes"] == b"\x07sound"

    def test_a_client_that_reads_nothing_is_given_up(self, gate):
        async def scenario():
            app, _ = gate()
            page = await joined(app)
            clock = Moved()
            page.reads.clear()
            page.say('42/_event,["echo","x"]')
            await settled()
            await clock.by(SEND_TIMEOUT_SECONDS + 1)  # for the message
            await clock.by(SEND_TIMEOUT_SECONDS + 1)  # for saying goodbye
            page.vanish()
            await settled()
            found = page.task.done(), app.connections.count()
            page.reads.set()
            return found

        assert in_a_loop(scenario()) == (True, 0)


class TestTheHandshake:
    @pytest.mark.parametrize(
        "scope",
        [
            {"headers": [(b"cookie", b"x" * HEADER_BYTES_AT_MOST)]},
            {"query_string": b"EIO=4&transport=websocket&token=" + b"x" * QUERY_BYTES_AT_MOST},
        ],
    )
    def test_with_too_much_in_it_is_refused_for_it_is_kept(self, gate, scope):
        async def scenario():
            app, _ = gate()
            page = Connection(app, **scope, extensions={"websocket.http.response": {}})
            await page.task
            return page.sent[0]["status"], app.connections.count()

        assert in_a_loop(scenario()) == (431, 0)

    def test_another_websocket_of_the_app_is_counted_and_not_looked_into(self, gate, monkeypatch):
        async def scenario():
            app, _ = gate()
            heard = []

            async def own(scope, receive, send):
                heard.extend([await receive(), await receive()])

            app._app = own
            page = Connection(app, path="/ws/own")
            page.say(b"whatever")
            await page.task
            return [message.get("bytes") for message in heard]

        assert in_a_loop(scenario()) == [None, b"whatever"]


class TestWhatIsUnsent:
    def test_is_bounded_and_then_the_queue_ends(self):
        async def scenario():
            queue = PacketQueue()
            for _ in range(100):
                queue.put_nowait(Packet(MESSAGE, "x" * (UNSENT_BYTES_AT_MOST // 50)))
            ended = queue.get_nowait()
            queue.task_done()
            await asyncio.wait_for(queue.join(), 1)
            queue.put_nowait(Packet(MESSAGE, "more"))
            return ended, queue.qsize()

        assert in_a_loop(scenario()) == (None, 0)

    def test_one_packet_may_be_as_long_as_it_has_to_be(self):
        async def scenario():
            queue = PacketQueue()
            queue.put_nowait(Packet(MESSAGE, "x" * (2 * UNSENT_BYTES_AT_MOST)))
            return queue.get_nowait().data

        assert len(in_a_loop(scenario())) == 2 * UNSENT_BYTES_AT_MOST

    def test_what_was_sent_counts_no_more(self):
        async def scenario():
            queue = PacketQueue()
            for _ in range(1000):
                queue.put_nowait(Packet(MESSAGE, "x" * (UNSENT_BYTES_AT_MOST // 3)))
                assert (await queue.get()).data

        in_a_loop(scenario())

    def test_of_a_client_that_asks_and_does_not_read_is_forgotten_with_it(self, gate, monkeypatch):
        async def scenario():
            app, sio = gate()
            page = await joined(app)
            page.reads.clear()
            for _ in range(100):
                page.say(f'42/_event,["echo","{"x" * 200_000}"]')
                await settled()
            (held,) = sio.eio.sockets.values()
            kept = held.queue.qsize()
            page.reads.set()
            await settled()
            page.vanish()
            await asyncio.wait_for(page.task, 10)
            return kept, page.kinds

        kept, kinds = in_a_loop(scenario())
        assert kept < UNSENT_BYTES_AT_MOST // 200_000 + 2
        assert "close" in kinds


def test_every_deadline_is_longer_than_an_honest_page_needs():
    assert min(JOIN_TIMEOUT_SECONDS, ATTACHMENTS_TIMEOUT_SECONDS, SEND_TIMEOUT_SECONDS) >= 10
    assert socket_gate.RETRY_AFTER_SECONDS > JOIN_TIMEOUT_SECONDS, "by then a connection that never joins is gone"


def test_a_request_that_only_engine_io_would_take_for_a_handshake_is_refused(gate):
    """The server reads the last of two `Connection` headers, and Engine.IO both: no limit of this gate would apply."""

    async def scenario():
        headers = [(b"upgrade", b"websocket"), (b"connection", b"upgrade"), (b"connection", b"close")]
        connection = Connection(gate()[0], type="http", method="GET", http_version="1.1", headers=headers)
        await connection.task
        return connection.sent

    assert in_a_loop(scenario())[0]["status"] == 400
