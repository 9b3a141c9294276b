"""WebSockets whose memory and whose turns of the event loop are bounded. uvicorn bounds the size of a message only."""

from asyncio import TimerHandle

from uvicorn._types import ASGIReceiveCallable, ASGIReceiveEvent, ASGISendCallable, Scope
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request

from rxapp.auth.web.server.bounded_http import READING_SECONDS

PIECE_BYTES = 4096
"""How much is parsed at once. Up to 256 KiB come in one turn of the event loop: 43,000 empty frames would take it a second."""

MAXIMUM_FRAMES_AT_ONCE = 1024
"""Frames of any kind that come in one turn. A page sends some."""

MAXIMUM_FRAGMENTS = 1024
"""Frames of one message. Empty ones add nothing to its size, but each is kept until the last has come."""

_NO_HANDSHAKE = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """Closes a connection that sends too many frames. From a client that does not read, nothing is read, and it is cut soon."""

    _is_write_paused = False
    _cut_timer: TimerHandle | None = None

    def handle_connect(self, event: Request) -> None:
        """The handshake."""
        self._app, self.app = self.app, self._run_app
        super().handle_connect(event)

    async def _run_app(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        try:
            await self._app(scope, receive, send)
        finally:
            if not self.transport.is_closing():
                self.transport.write(b"".join(self.conn.data_to_send()))

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is left to cut."""
        self._stop_cutting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what has come, piece by piece."""
        frames = 0
        for start in range(0, len(data), PIECE_BYTES):
            if self.close_sent and self.transport.is_closing():
                return
            self.conn.receive_data(data[start : start + PIECE_BYTES])
            if not self.handshake_initiated and self.conn.handshake_exc is not None:
                self._refuse_handshake()
                return
            frames += len(self.conn.events)
            if self.conn.parser_exc is None and frames > MAXIMUM_FRAMES_AT_ONCE:
                self._fail(CloseCode.POLICY_VIOLATION)
                return
            if self.conn.parser_exc is not None:
                self.handle_parser_exception()
                return
            self.handle_events()

    def _refuse_handshake(self) -> None:
        """It is none: too long, or with a body. The library gives up then, and neither answers nor reads on."""
        self.handshake_initiated = self.handshake_complete = self.close_sent = True
        self.transport.write(_NO_HANDSHAKE)
        self.transport.close()
        self._cut_later()

    def handle_cont(self, event: Frame) -> None:
        """One more frame of a message."""
        if len(self.frames) < MAXIMUM_FRAGMENTS:
            super().handle_cont(event)
        elif not self.close_sent:
            self._fail(CloseCode.MESSAGE_TOO_BIG)

    def pause_writing(self) -> None:
        """The client does not read. Each ping of its would be answered all the same, so its pings are not read either."""
        super().pause_writing()
        self._is_write_paused = True
        self.transport.pause_reading()
        self._cut_later()

    def resume_writing(self) -> None:
        """The client reads again."""
        super().resume_writing()
        self._stop_cutting()
        self._is_write_paused = False
        if self.queue.empty():
            self.read_paused = False
            self.transport.resume_reading()

    async def receive(self) -> ASGIReceiveEvent:
        """The next message. When all are taken, more is read, but not from a client that does not read."""
        message = await self.queue.get()
        if self.read_paused and self.queue.empty() and not (self._is_write_paused or self.transport.is_closing()):
            self.read_paused = False
            self.transport.resume_reading()
        return message

    def handle_close(self, event: Frame) -> None:
        """The client closes. It is answered when the app has let the page go, so that it can come back under the same token."""
        if self.close_sent or self.conn.close_rcvd is None:
            super().handle_close(event)
        else:
            closed = self.conn.close_rcvd
            self.queue.put_nowait({"type": "websocket.disconnect", "code": closed.code, "reason": closed.reason})

    async def run_asgi(self) -> None:
        """Run the app. When it has ended, the client gets some time to read what is left for it."""
        await super().run_asgi()
        if not self.disconnected:
            self._cut_later()

    def send_receive_event_to_app(self) -> None:
        """A message is whole. What is no UTF-8 is refused here: uvicorn would log a traceback of it."""
        if self.curr_msg_data_type == "text":
            self.frames = [b"".join(self.frames)]
            try:
                self.frames[0].decode()
            except UnicodeDecodeError:
                self.frames = []
                self._fail(CloseCode.INVALID_DATA)
                return
        super().send_receive_event_to_app()

    def _fail(self, code: CloseCode) -> None:
        self.conn.fail(code)
        self.handle_parser_exception()

    def _cut_later(self) -> None:
        self._cut_timer = self._cut_timer or self.loop.call_later(READING_SECONDS, self.transport.abort)

    def _stop_cutting(self) -> None:
        if self._cut_timer is not None:
            self._cut_timer.cancel()
            self._cut_timer = None
