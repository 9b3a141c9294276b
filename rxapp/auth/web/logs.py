"""Where everything that is logged goes: one handler on the root logger, for this app, Reflex, the server and all libraries."""

import logging
import os
import re
import sys
from typing import Any

from granian import log as granian_log

from rxapp.auth.redaction import REDACTED, redact
from rxapp.auth.settings import Settings
from rxapp.auth.web.log_format import MAXIMUM_TEXT_LENGTH, JsonFormatter, TextFormatter

_REFLEX_OWNS_LOGGING = "REFLEX_MANAGED_LOGGING"
"""Reflex's mark for "attach our own handlers"; without it, Reflex leaves logging to the app."""

_SERVERS = ("reflex", "_granian", "granian.access", "uvicorn", "uvicorn.access", "uvicorn.error", "gunicorn.error")

_TALKATIVE = ("alembic.runtime.migration", "engineio.server", "socketio.server")
"""One tells at each look at the schema which database it is; the others attach a handler of their own unless given a level."""

_CLIENT_TOKEN = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
"""Reflex keeps the state of a page under a UUID, which it names in its warnings."""

_make_record = logging.getLogRecordFactory()


class Redacted(Exception):
    """In place of an exception whose text had a secret in it, for handlers that render exceptions by themselves."""


def configure_logging(settings: Settings) -> None:
    """Take over logging for the whole process: `log_format`, `log_level`, and no secrets in any record of any logger.

    In development, as text, Reflex's own console output stays as it is, but for the secrets.
    """
    logging.setLogRecordFactory(_record_without_secrets)
    logging.captureWarnings(capture=True)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    if settings.in_production or settings.log_format == "json":
        _take_over(_SERVERS)


def _take_over(names: tuple[str, ...]) -> None:
    os.environ.pop(_REFLEX_OWNS_LOGGING, None)
    for name in names:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    # Granian configures its loggers again when it starts, after the app was loaded.
    granian_log.LOGGING_CONFIG["loggers"] = {name: {"level": "INFO"} for name in ("_granian", "granian.access")}


def _record_without_secrets(*arguments: Any, **options: Any) -> logging.LogRecord:
    """A record of whatever logger, without secrets in its message, its arguments and its exception."""
    record = _make_record(*arguments, **options)
    if isinstance(record.args, tuple):
        record.args = tuple(redact(each) if isinstance(each, str) else each for each in record.args)
    _redact_message(record)
    if record.exc_info and record.exc_info[0] is not None:
        _redact_exception(record)
    return record


def _redact_message(record: logging.LogRecord) -> None:
    try:
        message = record.getMessage()
    except (TypeError, ValueError, KeyError):
        return  # the handler will say that the arguments do not fit the message
    cleaned = redact(message[:MAXIMUM_TEXT_LENGTH])
    if record.name.startswith("reflex"):
        cleaned = _CLIENT_TOKEN.sub(REDACTED, cleaned)
    if cleaned != message:
        record.msg, record.args = cleaned, ()


def _redact_exception(record: logging.LogRecord) -> None:
    text = logging.Formatter().formatException(record.exc_info)  # type: ignore[arg-type]
    record.exc_text = redact(text[-MAXIMUM_TEXT_LENGTH:])
    if record.exc_text != text:
        record.exc_info = (Redacted, Redacted(record.exc_text), None)
