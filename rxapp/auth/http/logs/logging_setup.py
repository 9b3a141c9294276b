"""Sets up logging: one handler on the root logger, for this app, Reflex, the server and all libraries."""

import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.http.logs.library_records import Withheld, keep_payloads_out
from rxapp.auth.http.logs.log_format import MAXIMUM_TEXT_LENGTH, JsonFormatter, TextFormatter
from rxapp.auth.http.logs.redaction import redact

_REFLEX_OWNS_LOGGING = "REFLEX_MANAGED_LOGGING"
"""With this variable, Reflex attaches its own handlers. Without it, Reflex leaves logging to the app."""

_SERVERS = ("reflex", "_granian", "granian.access", "uvicorn", "uvicorn.access", "uvicorn.error", "gunicorn.error")

_VERBOSE = ("alembic.runtime.migration", "engineio.server", "socketio.server")
"""Alembic logs the kind of database at each look at the schema. The others attach their own handler unless they have a level."""


def configure_logging(settings: Settings) -> None:
    """Set up logging for the whole process: `log_format`, `log_level`, and no secrets in what the app itself logs.

    In development with the text format, Reflex's own console output stays. `install_auth` filters what libraries log.
    """
    keep_payloads_out(settings)
    current = logging.getLogRecordFactory()
    if not isinstance(current, RecordsWithoutSecrets):
        logging.setLogRecordFactory(RecordsWithoutSecrets(current))
    logging.captureWarnings(capture=True)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name in _VERBOSE:
        logging.getLogger(name).setLevel(logging.WARNING)
    if settings.in_production or settings.log_format == "json":
        _take_over(_SERVERS)


def _take_over(names: tuple[str, ...]) -> None:
    os.environ.pop(_REFLEX_OWNS_LOGGING, None)
    for name in names:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    # Granian configures its loggers again when it starts, which is after the app is loaded.
    with suppress(ImportError):  # granian comes with Reflex; without it, the app may have another server
        from granian import log as granian_log  # noqa: PLC0415

        granian_log.LOGGING_CONFIG["loggers"] = {name: {"level": "INFO"} for name in ("_granian", "granian.access")}


@dataclass(frozen=True, slots=True)
class RecordsWithoutSecrets:
    """A record factory that wraps another one, `make`. It removes secrets from message, arguments and exception of each record.

    It is for the app's own messages, which may say anything: secrets are found by their shape and name. The messages of libraries
    have none, because they are filtered before.
    """

    make: Callable[..., logging.LogRecord]

    def __call__(self, *arguments: Any, **options: Any) -> logging.LogRecord:
        """The record."""
        record = self.make(*arguments, **options)
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
        return  # the handler reports that the arguments do not fit the message
    cleaned = redact(message[:MAXIMUM_TEXT_LENGTH])
    if cleaned != message:
        record.msg, record.args = cleaned, ()


def _redact_exception(record: logging.LogRecord) -> None:
    raised: Any = record.exc_info
    text = record.exc_text or logging.Formatter().formatException(raised)
    record.exc_text = redact(text[-MAXIMUM_TEXT_LENGTH:])
    if record.exc_text != text:
        record.exc_info = (Withheld, Withheld(record.exc_text), None)
