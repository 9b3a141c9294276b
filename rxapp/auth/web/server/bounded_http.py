"""HTTP connections on which nothing that a client sends, or does not read, is kept without a limit. uvicorn has none of these."""

from asyncio import TimerHandle, Transport
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD_TIMEOUT_SECONDS = 30
"""From the first byte of a head, or from the connection, to its end. A connection without a request costs memory and a file."""

HEAD_MAXIMUM_BYTES = 64 * 1024
"""For the request line and all headers. The server reads up to 256 KiB at once, so it keeps so much more at most."""

HEAD_MAXIMUM_HEADERS = 100

BETWEEN_BODY_MAXIMUM_BYTES = 64 * 1024
"""Of what comes after the head and is no body: the sizes of chunks and their extensions, trailers."""

MAXIMUM_PIPELINED = 16
"""Requests that wait on one connection for the answer before theirs. Browsers and proxies send none; 256 KiB hold thousands."""

READING_SECONDS = 60
"""How long a client may read nothing of what waits for it. Then the connection is cut: what waits costs memory."""

_TOO_LARGE = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE


class BoundedHttp(HttpToolsProtocol):
    """Answers 431 to a head that is too large, and closes a connection on which no request begins or no answer is read.

    Trailers are read and forgotten (RFC 9110 §6.5.1 allows it): as headers they would get past every proxy that checks headers.
    """

    _is_in_head = False
    _is_too_large = False
    _is_page = False
    _head_bytes = 0
    _between_body_bytes = 0
    _head_timer: TimerHandle | None = None
    _cut_timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting_for_head()
        self._stop_cutting()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not read."""
        super().pause_writing()
        self._cut_timer = self._cut_timer or self.loop.call_later(READING_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads again."""
        self._stop_cutting()
        super().resume_writing()
        self._cut_if_closing()

    def data_received(self, data: bytes) -> None:
        """Read what has come."""
        if self.transport.is_closing():
            return
        self._between_body_bytes += len(data)
        super().data_received(data)
        if self._is_in_head:
            self._bound_head(len(data))
        elif self._between_body_bytes > BETWEEN_BODY_MAXIMUM_BYTES:
            self.transport.abort()  # the answer may be on its way already, so none can be given
        elif self._is_idle():
            self._wait_for_head()  # what came has cancelled uvicorn's timer, and has begun no request

    def _bound_head(self, more: int) -> None:
        """The timer runs only for heads that do not come in one piece."""
        self._head_bytes += more
        if self._head_bytes > HEAD_MAXIMUM_BYTES:
            self._is_too_large = True
            self.send_400_response(_TOO_LARGE.phrase)
        else:
            self._wait_for_head()

    def _is_idle(self) -> bool:
        is_answered = self.cycle is None or self.cycle.response_complete
        return is_answered and self.timeout_keep_alive_task is None and not self._is_page

    def handle_websocket_upgrade(self) -> None:
        """From now on the connection is a page's, and this object is told nothing more of it."""
        self._is_page = True
        super().handle_websocket_upgrade()

    def on_body(self, body: bytes) -> None:
        """A part of a body."""
        self._between_body_bytes = 0
        super().on_body(body)

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._is_in_head, self._head_bytes = True, 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Raises `ValueError` if there are too many headers. The parser then gives up, and the answer is 431."""
        if not self._is_in_head:
            return  # a trailer
        super().on_header(name, value)
        if len(self.headers) > HEAD_MAXIMUM_HEADERS:
            self._is_too_large = True
            raise ValueError

    def on_headers_complete(self) -> None:
        """The head has ended. Raises `ValueError` if too many requests wait: the connection is then closed."""
        self._is_in_head, self._between_body_bytes = False, 0
        self._stop_waiting_for_head()
        if len(self.pipeline) >= MAXIMUM_PIPELINED:
            raise ValueError
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, and close."""
        self._stop_waiting_for_head()
        if not self._is_too_large:
            super().send_400_response(msg)
        else:
            self.transport.write(STATUS_LINE[_TOO_LARGE] + b"content-length: 0\r\nconnection: close\r\n\r\n")
            self.transport.close()
        self._cut_if_closing()

    def on_response_complete(self) -> None:
        """The answer has been given."""
        super().on_response_complete()
        self._cut_if_closing()

    def timeout_keep_alive_handler(self) -> None:
        """No request has come for long."""
        super().timeout_keep_alive_handler()
        self._cut_if_closing()

    def _close(self) -> None:
        self.transport.close()
        self._cut_if_closing()

    def _cut_if_closing(self) -> None:
        """Closing waits until the client has read all. Below 64 KiB the server is not told that it does not read."""
        if self.transport.is_closing() and self._cut_timer is None and self.transport.get_write_buffer_size():
            self._cut_timer = self.loop.call_later(READING_SECONDS, self.transport.abort)

    def _wait_for_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_TIMEOUT_SECONDS, self._close)

    def _stop_waiting_for_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_cutting(self) -> None:
        if self._cut_timer is not None:
            self._cut_timer.cancel()
            self._cut_timer = None
