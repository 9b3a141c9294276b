"""What a stranger's connection can do to the server of `serve`: uvicorn with our limits, over real sockets."""

import contextlib
import json
import re
import socket
import struct
import sys
import threading
from collections.abc import Iterator

import pytest
from uvicorn import Server
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.sync.client import connect

from rxapp.auth.web.server import bounded_http, bounded_websocket
from rxapp.auth.web.server.bounded_http import HEAD_MAXIMUM_BYTES, HEAD_MAXIMUM_HEADERS, MAXIMUM_PIPELINED
from rxapp.auth.web.server.bounded_websocket import MAXIMUM_FRAGMENTS, MAXIMUM_FRAMES_AT_ONCE
from rxapp.auth.web.server.workers import configuration
from tests.e2e.production_server import wait_until

MESSAGE_LIMIT = 64 * 1024
HOST = b"Host: localhost\r\n"
SOON = 0.2
PATIENCE_SECONDS = 20


class Running:
    """A server on a thread."""

    def __init__(self) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        config = configuration("tests.web.server.small_app:app", "127.0.0.1", 0, workers=1, message_limit=MESSAGE_LIMIT)
        self.port = listener.getsockname()[1]
        self._server, self._errors = Server(config), []
        self._thread = threading.Thread(target=self._run, args=(listener,))
        self._thread.start()
        wait_until(lambda: self._server.started)

    def _run(self, listener: socket.socket) -> None:
        try:
            self._server.run([listener])
        except Exception as error:  # noqa: BLE001  whatever it is, the test shall say so
            self._errors.append(error)

    def stop(self) -> list[Exception]:
        """What went wrong."""
        self._server.should_exit = True
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive()
        return self._errors


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = Running()
    yield server.port
    assert server.stop() == []


@pytest.fixture
def own_server() -> Iterator[Running]:
    server = Running()
    yield server
    server.stop()


@pytest.fixture
def connection(port) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        yield connection


@pytest.fixture
def page(port):
    with connect(f"ws://127.0.0.1:{port}/", compression=None, max_size=None, ping_interval=None) as page:
        yield page


def answer_on(connection) -> bytes:
    """The head and as much of the body as it announces."""
    received, length = b"", 0
    while (end := received.find(b"\r\n\r\n")) < 0 or len(received) < end + 4 + length:
        if not (piece := connection.recv(65_536)):
            break
        received += piece
        announced = re.search(rb"content-length: (\d+)", received)
        length = int(announced[1]) if announced else 0
    return received


def status_on(connection) -> int | None:
    """None if the connection was closed without an answer."""
    with contextlib.suppress(ConnectionError):
        received = answer_on(connection)
        return int(received.split(b" ")[1]) if received else None


def told_by(port: int) -> dict:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        send(connection, b"GET / HTTP/1.1\r\n", HOST, b"\r\n")
        return json.loads(answer_on(connection).partition(b"\r\n\r\n")[2])


def send(connection, *pieces: bytes) -> None:
    with contextlib.suppress(ConnectionError):  # the server may have refused the first of them
        for piece in pieces:
            connection.sendall(piece)


class TestHeads:
    def test_one_in_many_pieces_is_answered(self, connection):
        send(connection, b"GET / HT", b"TP/1.1\r\nHo", b"st: localhost\r\n", b"\r\n")
        assert status_on(connection) == 200

    def test_a_second_one_on_the_same_connection_too(self, connection):
        for _ in range(3):
            send(connection, b"GET / HTTP/1.1\r\n", HOST, b"\r\n")
            assert status_on(connection) == 200

    def test_as_many_headers_as_are_allowed_are(self, connection):
        send(connection, b"GET / HTTP/1.1\r\n", HOST, b"X: y\r\n" * (HEAD_MAXIMUM_HEADERS - 1), b"\r\n")
        assert status_on(connection) == 200

    def test_one_header_more_is_431(self, connection):
        send(connection, b"GET / HTTP/1.1\r\n", HOST, b"X: y\r\n" * HEAD_MAXIMUM_HEADERS, b"\r\n")
        assert status_on(connection) == 431

    @pytest.mark.parametrize("line", [b"GET /", b"GET / HTTP/1.1\r\nX: ", b"GET / HTTP/1.1\r\nX"])
    def test_a_line_without_end_is_431(self, connection, line):
        send(connection, line, *[b"x" * 4096] * (HEAD_MAXIMUM_BYTES // 4096 + 100))
        assert status_on(connection) in (431, None), "None: it was closed while we were sending"

    def test_a_body_is_no_part_of_the_head(self, connection):
        body = b"x" * (HEAD_MAXIMUM_BYTES * 3)
        send(connection, b"POST / HTTP/1.1\r\n", HOST, b"Content-Length: %d\r\n\r\n" % len(body), body)
        received = answer_on(connection)
        assert json.loads(received.partition(b"\r\n\r\n")[2])["read"] == len(body)

    def test_a_few_requests_that_are_sent_without_waiting_are_answered_in_turn(self, port):
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
            send(connection, (b"GET / HTTP/1.1\r\n" + HOST + b"\r\n") * MAXIMUM_PIPELINED)
            received = b""
            while received.count(b"HTTP/1.1 200") < MAXIMUM_PIPELINED:
                piece = connection.recv(65_536)
                assert piece, "closed"
                received += piece

    def test_thousands_that_come_at_once_are_not_kept(self, connection):
        send(connection, (b"GET / HTTP/1.1\r\n" + HOST + b"\r\n") * 5_000)
        received = b""
        with contextlib.suppress(ConnectionError):
            while piece := connection.recv(65_536):
                received += piece
        assert received.count(b"HTTP/1.1 200") <= MAXIMUM_PIPELINED

    def test_what_is_no_http_is_400(self, connection):
        send(connection, b"\x16\x03\x01\x02\x00\x01\x00")
        assert status_on(connection) == 400


CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


class TestAfterTheHead:
    """Trailers, chunk sizes and their extensions: nothing of it is kept, and it has an end."""

    def test_trailers_are_no_headers(self, connection):
        send(connection, b"POST / HTTP/1.1\r\n", HOST, CHUNKED + b"1\r\nx\r\n0\r\nX-Forwarded-For: 9.9.9.9\r\nX: y\r\n\r\n")
        told = json.loads(answer_on(connection).partition(b"\r\n\r\n")[2])
        assert told["read"] == 1
        assert told["headers"] == ["host", "transfer-encoding"]

    @pytest.mark.parametrize(
        ("begin", "more"),
        [(b"0\r\n", b"x: y\r\n" * 4096), (b"0\r\nx: ", b"y" * 16_384), (b"0\r\n", b"x" * 16_384), (b"1;x=", b"y" * 16_384)],
        ids=["trailers", "one trailer", "the name of a trailer", "a chunk extension"],
    )
    def test_without_end_closes_the_connection(self, connection, begin, more):
        send(connection, b"POST / HTTP/1.1\r\n", HOST, CHUNKED, begin)
        with pytest.raises(ConnectionError):
            for _ in range(4096):
                connection.sendall(more)

    def test_a_body_in_many_small_chunks_is_read(self, connection):
        send(connection, b"POST / HTTP/1.1\r\n", HOST, CHUNKED, b"1\r\nx\r\n" * HEAD_MAXIMUM_BYTES, b"0\r\n\r\n")
        assert json.loads(answer_on(connection).partition(b"\r\n\r\n")[2])["read"] == HEAD_MAXIMUM_BYTES


class TestTime:
    @pytest.fixture(autouse=True)
    def _soon(self, monkeypatch):
        monkeypatch.setattr(bounded_http, "HEAD_TIMEOUT_SECONDS", SOON)
        monkeypatch.setattr(bounded_http, "READING_SECONDS", SOON)
        monkeypatch.setattr(bounded_websocket, "READING_SECONDS", SOON)

    @pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: loc"])
    def test_a_head_that_does_not_come_is_not_waited_for(self, port, sent):
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
            send(connection, sent)
            assert connection.recv(1) == b""

    def test_nor_is_the_second_one_of_a_connection(self, port):
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
            send(connection, b"GET / HTTP/1.1\r\n", HOST, b"\r\n")
            assert status_on(connection) == 200
            send(connection, b"GET / HT")
            assert connection.recv(1) == b""

    @pytest.mark.parametrize(
        ("request_head", "then"),
        [
            (b"GET / HTTP/1.1\r\n" + HOST + b"\r\n", b"\r\n"),
            (b"POST /refused HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\n", b"x"),
            (b"POST /refused HTTP/1.1\r\n" + HOST + CHUNKED, b"5"),
        ],
        ids=["an empty line", "a byte of a body that nobody reads", "a part of the size of its chunk"],
    )
    def test_what_begins_no_request_keeps_no_connection(self, port, request_head, then):
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
            send(connection, request_head)
            assert status_on(connection) in (200, 404)
            send(connection, then)
            assert connection.recv(1) == b""

    def test_an_answer_that_nobody_reads_is_not_kept_after_the_connection_is_closed(self, port):
        """It is less than what makes the server wait for the client, so nothing else ends it."""
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            connection.settimeout(PATIENCE_SECONDS)
            connection.connect(("127.0.0.1", port))
            send(connection, b"GET /some HTTP/1.1\r\n", HOST, b"Connection: close\r\n\r\n")
            assert_is_cut(connection)

    def test_a_body_may_take_longer_for_it_has_a_deadline_of_its_own(self, port):
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
            send(connection, b"POST / HTTP/1.1\r\n", HOST, b"Content-Length: 2\r\n\r\nx")
            connection.settimeout(SOON * 3)
            with pytest.raises(TimeoutError):
                connection.recv(1)
            connection.settimeout(PATIENCE_SECONDS)
            send(connection, b"y")
            assert status_on(connection) == 200

    def test_a_page_that_has_nothing_to_say_stays(self, port):
        with connect(f"ws://127.0.0.1:{port}/", compression=None, ping_interval=None) as page:
            with pytest.raises(TimeoutError):
                page.recv(timeout=SOON * 3)
            page.send("still here")
            assert page.recv(timeout=PATIENCE_SECONDS) == "still here"

    def test_a_client_that_does_not_read_its_answer_is_cut(self, port):
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
            send(connection, b"GET /long HTTP/1.1\r\n", HOST, b"\r\n")
            assert_is_cut(connection)

    def test_a_page_that_does_not_read_is_cut_and_the_app_is_told(self, port, caplog):
        before = told_by(port)["let_go"]
        with unread_page(port) as connection:
            send(connection, Frame(Opcode.TEXT, b"unread").serialize(mask=True) * 2)
            assert_is_cut(connection, Frame(Opcode.PONG, b"").serialize(mask=True))
        wait_until(lambda: told_by(port)["let_go"] == before + 1)
        assert [record for record in caplog.records if record.levelname == "ERROR"] == []

    def test_a_page_whose_app_has_ended_is_closed(self, page):
        page.send("end")
        with pytest.raises(ConnectionClosed):
            page.recv(timeout=PATIENCE_SECONDS)


def assert_is_cut(connection: socket.socket, noise: bytes = b"\r\n") -> None:
    """The end of the connection is seen without reading what waits: sending fails."""
    pause = threading.Event()
    for _ in range(PATIENCE_SECONDS * 20):
        try:
            connection.send(noise)
        except ConnectionError:
            return
        pause.wait(0.05)
    raise AssertionError("the connection is still there")


@contextlib.contextmanager
def unread_page(port: int) -> Iterator[socket.socket]:
    """The WebSocket of a page that reads nothing, while a long message waits for it."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        send(connection, b"GET / HTTP/1.1\r\n", HOST, UPGRADE, KEY, b"\r\n")
        assert status_on(connection) == 101
        send(connection, Frame(Opcode.TEXT, b"be silent").serialize(mask=True))
        yield connection


UPGRADE = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
KEY = b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"


class TestHandshakes:
    @pytest.mark.parametrize(
        "extra",
        [b"X: " + b"y" * 10_000 + b"\r\n", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"Content-Length: x\r\n"],
        ids=["a long header", "a body", "a chunked body", "no length"],
    )
    def test_one_that_is_none_is_answered_and_closed(self, connection, extra):
        send(connection, b"GET / HTTP/1.1\r\n", HOST, UPGRADE, KEY, extra, b"\r\n")
        assert status_on(connection) in (400, 431)
        assert connection.recv(1) == b""

    def test_one_to_a_path_that_is_too_long_too(self, connection):
        send(connection, b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\n", HOST, UPGRADE, KEY, b"\r\n")
        assert status_on(connection) in (400, 414, 431)
        assert connection.recv(1) == b""

    def test_they_do_not_keep_the_server_from_stopping(self, own_server):
        with socket.create_connection(("127.0.0.1", own_server.port), timeout=PATIENCE_SECONDS) as connection:
            send(connection, b"GET / HTTP/1.1\r\n", HOST, UPGRADE, KEY, b"Content-Length: 5\r\n\r\n")
            assert own_server.stop() == []


class TestPages:
    def test_text_that_is_no_utf_8_is_1007_and_no_error_of_ours(self, page, caplog):
        assert code_after(page, Frame(Opcode.TEXT, b"\xff\xfe").serialize(mask=True)) == 1007
        assert [record for record in caplog.records if record.levelname == "ERROR"] == []

    def test_messages_are_echoed_whole(self, page):
        for text in ("", "ä", "x" * (MESSAGE_LIMIT - 10)):
            page.send(text)
            assert page.recv(timeout=PATIENCE_SECONDS) == text

    def test_one_in_pieces_too(self, page):
        page.send(["a", "", "b", "c" * 10_000])
        assert page.recv(timeout=PATIENCE_SECONDS) == "ab" + "c" * 10_000

    def test_a_close_is_answered_when_the_app_has_let_the_page_go(self, page, port):
        """Otherwise the page may connect anew under the same token before that, and get another one."""
        before = told_by(port)["let_go"]
        page.close()
        assert told_by(port)["let_go"] == before + 1

    @pytest.mark.parametrize("is_told", [True, False])
    def test_one_that_is_torn_while_the_app_works_leaves_no_error_in_the_log(self, port, caplog, is_told):
        before = told_by(port)["let_go"]
        with unread_page(port) as connection:
            if is_told:
                send(connection, Frame(Opcode.CLOSE, b"").serialize(mask=True))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # the end is a reset
        wait_until(lambda: told_by(port)["let_go"] == before + 1)
        assert [record for record in caplog.records if record.levelname == "ERROR"] == []

    def test_a_message_over_the_limit_is_1009_before_it_is_whole(self, page):
        raw = Frame(Opcode.TEXT, b"x" * (MESSAGE_LIMIT + 1), fin=False).serialize(mask=True)
        assert code_after(page, raw) == 1009

    def test_so_is_one_of_frames_without_end(self, page):
        first = Frame(Opcode.TEXT, b"", fin=False).serialize(mask=True)
        one_more = Frame(Opcode.CONT, b"", fin=False).serialize(mask=True)
        at_a_time = MAXIMUM_FRAMES_AT_ONCE // 2
        assert code_after(page, first, *[one_more * at_a_time] * (MAXIMUM_FRAGMENTS // at_a_time + 2)) in (1008, 1009)

    @pytest.mark.parametrize("opcode", [Opcode.TEXT, Opcode.PING, Opcode.PONG])
    def test_a_flood_of_frames_at_once_is_1008(self, page, opcode):
        frame = Frame(opcode, b"").serialize(mask=True)
        assert code_after(page, frame * (MAXIMUM_FRAMES_AT_ONCE * 20)) == 1008

    def test_from_a_client_that_does_not_read_its_pongs_nothing_more_is_read(self, port, monkeypatch):
        monkeypatch.setattr(bounded_websocket, "MAXIMUM_FRAMES_AT_ONCE", sys.maxsize)  # however slowly they come
        pings, sent = Frame(Opcode.PING, b"x" * 125).serialize(mask=True) * 64, 0
        with unread_page(port) as connection, pytest.raises(TimeoutError):
            connection.settimeout(1)
            while sent < 64 * 1024 * 1024:
                connection.sendall(pings)
                sent += len(pings)


def code_after(page, *raw: bytes) -> int | None:
    """The code with which the connection is closed."""
    with contextlib.suppress(ConnectionError):
        for piece in raw:
            page.socket.sendall(piece)
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            page.recv(timeout=PATIENCE_SECONDS)
    return closed.value.rcvd.code if closed.value.rcvd else None


def test_no_header_says_who_the_client_is_or_that_it_uses_tls(connection):
    send(connection, b"GET / HTTP/1.1\r\n", HOST, b"X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\n\r\n")
    told = json.loads(answer_on(connection).partition(b"\r\n\r\n")[2])
    assert (told["client"], told["scheme"]) == ("127.0.0.1", "http")


def test_the_server_does_not_say_its_name(connection):
    send(connection, b"GET / HTTP/1.1\r\n", HOST, b"\r\n")
    assert b"\r\nserver:" not in answer_on(connection).lower()
