"""HTTP connections whose heads and whose waiting answers are bounded. uvicorn bounds neither their size nor their time."""

from asyncio import TimerHandle, Transport
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD_TIMEOUT_SECONDS = 30
"""From the first byte of a head, or from the connection, to its end. A connection without a request costs memory and a file."""

HEAD_MAXIMUM_BYTES = 64 * 1024
"""For the request line and all headers. The server reads up to 256 KiB at once, so it keeps so much more at most."""

HEAD_MAXIMUM_HEADERS = 100

MAXIMUM_PIPELINED = 16
"""Requests that wait on one connection for the answer before theirs. Browsers and proxies send none; 256 KiB hold thousands."""

READING_SECONDS = 60
"""How long a client may read nothing of what waits for it. Then the connection is cut: what waits costs memory."""

_TOO_LARGE = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE


class BoundedHttp(HttpToolsProtocol):
    """Answers 431 to a head that is too large, and closes a connection whose head does not end in time."""

    _is_in_head = False
    _is_too_large = False
    _head_bytes = 0
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
        self._cut_timer = self.loop.call_later(READING_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads again."""
        self._stop_cutting()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        """Read what has come. The timer runs only for heads that do not come in one piece."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if not self._is_in_head:
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_MAXIMUM_BYTES:
            self._is_too_large = True
            self.send_400_response(_TOO_LARGE.phrase)
        elif self._head_timer is None:
            self._wait_for_head()

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._is_in_head, self._head_bytes = True, 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Raises `ValueError` if there are too many headers. The parser then gives up, and the answer is 431."""
        super().on_header(name, value)
        if self._is_in_head and len(self.headers) > HEAD_MAXIMUM_HEADERS:
            self._is_too_large = True
            raise ValueError

    def on_headers_complete(self) -> None:
        """The head has ended. Raises `ValueError` if too many requests wait: the connection is then closed."""
        self._is_in_head = False
        self._stop_waiting_for_head()
        if len(self.pipeline) >= MAXIMUM_PIPELINED:
            raise ValueError
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, and close."""
        self._stop_waiting_for_head()
        if not self._is_too_large:
            super().send_400_response(msg)
            return
        self.transport.write(STATUS_LINE[_TOO_LARGE] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()

    def _wait_for_head(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_TIMEOUT_SECONDS, self.transport.close)

    def _stop_waiting_for_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_cutting(self) -> None:
        if self._cut_timer is not None:
            self._cut_timer.cancel()
            self._cut_timer = None
