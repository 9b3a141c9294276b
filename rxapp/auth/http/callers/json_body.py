"""JSON bodies: UTF-8 and nothing else, without `NaN`, and refused before they are read if their type or their packing is another.

FastAPI would guess the encoding, take `NaN` for a number, and name the offset of a mistake as if it were a member.
"""

import json
from email.message import Message
from http import HTTPStatus
from typing import Any, NoReturn

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope

JSON = "application/json"
_OTHER_NAME = "text/json"
"""As some clients of ASP.NET still call it."""

_UTF_8 = ("utf-8", "utf8")
_TAKES = {"Accept": JSON}
_TAKES_UNPACKED = {"Accept-Encoding": "identity"}


class JsonRequest(Request):
    """A request whose body was read already: FastAPI gets what `read_json` has `parsed`, and does not parse it again."""

    def __init__(self, scope: Scope, receive: Receive, parsed: Any, body: bytes) -> None:
        headers = [header for header in scope["headers"] if header[0] != b"content-type"]
        super().__init__({**scope, "headers": [*headers, (b"content-type", JSON.encode())]}, receive)
        self._parsed, self._read = parsed, body

    async def body(self) -> bytes:
        """The bytes."""
        return self._read

    async def json(self) -> Any:
        """What the body says."""
        return self._parsed


async def read_json(request: Request) -> Any:
    """What the body says, or None if it is empty. Raises 415, or `RequestValidationError` if it is not JSON in UTF-8."""
    _require_plain_json(request)
    body = await request.body()
    if not body:
        return None
    if not request.headers.get("Content-Type"):
        _refuse_type()
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise RequestValidationError([]) from error


def _require_plain_json(request: Request) -> None:
    packing = request.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("", "identity"):
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must not be packed.", _TAKES_UNPACKED)
    sent = request.headers.get("Content-Type", "")
    if sent not in ("", JSON) and not _is_json(sent):
        _refuse_type()


def _is_json(content_type: str) -> bool:
    """Whether the type is JSON. Also types such as `application/problem+json` (RFC 6839 §3.1)."""
    message = Message()
    message["Content-Type"] = content_type
    name, charset = message.get_content_type(), str(message.get_param("charset") or _UTF_8[0]).lower()
    is_named_so = name in (JSON, _OTHER_NAME) or (name.startswith("application/") and name.endswith("+json"))
    return is_named_so and charset in _UTF_8


def _refuse_type() -> NoReturn:
    raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be JSON in UTF-8.", _TAKES)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
