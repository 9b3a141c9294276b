"""Formats a log record as one line, as JSON or as text. It has no secrets, and cannot forge another line."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from rich.errors import MarkupError
from rich.text import Text

from rxapp.auth.http.logs.redaction import redact
from rxapp.auth.http.runtime.request_context import current_request

MAXIMUM_TEXT_LENGTH = 32_768
"""Characters of a message or a traceback that are kept. Somebody who sends much must not fill the disk."""

FIELDS = "rxapp_fields"
"""The attribute of a record that holds its `fields`."""


_encode = json.JSONEncoder(default=str).encode


def fields(**values: Any) -> dict[str, Any]:
    """For `extra=`: further members of the line, so that a search can find them by name."""
    return {FIELDS: values}


class OneLineFormatter(logging.Formatter):
    """What both forms have in common."""

    def members(self, record: logging.LogRecord) -> dict[str, Any]:
        """The members of the line, in order. The ids are those of the current request or event."""
        message = record.getMessage()
        members: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _clean(_without_markup(message) if getattr(record, "rich", False) else message),
        }
        if (context := current_request()) is not None:
            members["request_id"] = context.request_id
            if context.user_id is not None:
                members |= {"user_id": str(context.user_id), "session_id": str(context.session_id)}
        for name, value in getattr(record, FIELDS, {}).items():
            members[name] = _clean(value) if isinstance(value, str) else value
        if text := self.exception_text(record):
            members["exception"] = _clean(text)
        return members

    def exception_text(self, record: logging.LogRecord) -> str:
        """The traceback, without the values of variables. With `stack_info`, the stack too."""
        text = record.exc_text or (self.formatException(record.exc_info) if record.exc_info and record.exc_info[0] else "")
        return "\n".join(part for part in (text, record.stack_info) if part)


class JsonFormatter(OneLineFormatter):
    """One JSON object per line. Control characters cannot be in it (RFC 8259 §7)."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return _encode(self.members(record))


class TextFormatter(OneLineFormatter):
    """For people: time, level, logger, message, and all other members as `name=value`. Only a traceback takes more lines."""

    def format(self, record: logging.LogRecord) -> str:
        """The line. The lines of a traceback are marked, so that they do not look like log lines."""
        members = self.members(record)
        begin = [members.pop("time"), f"{members.pop('level').upper():<7}", members.pop("logger"), members.pop("message")]
        traceback = members.pop("exception", "")
        line = " ".join([*begin, *[f"{name}={value}" for name, value in members.items()]])
        return "\n  | ".join(map(_printable, [line, *traceback.splitlines()]))


def _without_markup(message: str) -> str:
    """The text without terminal markup, which Reflex's own messages have."""
    try:
        return Text.from_markup(message).plain
    except MarkupError:
        return message


def _clean(text: str) -> str:
    return redact(text[:MAXIMUM_TEXT_LENGTH])


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape", "backslashreplace").decode()
