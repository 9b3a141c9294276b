"""An exception as text: types, files, lines and functions. Its message is left out, because it often quotes a request.

In development, messages of exceptions from the app's own code are shown. If the message of one of our errors is a constant, it is
shown everywhere.
"""

import errno
import re
import sys
import traceback
from collections.abc import Iterator

from rxapp.auth.http.logs.library_records.libraries import installed_package, is_library, is_ours

NOT_SHOWN = "(what it says is not shown: it may contain what was sent)"

GROUPS_LEFT_OUT = "(and groups within groups)"

DEPTH_LIMIT = 10
"""How many exceptions of a chain, members of a group, and groups within groups are shown. Each has its own traceback."""

_CALLS_THE_APP = frozenset({"starlette", "fastapi", "socketio", "engineio", "granian", "uvicorn"})
"""Packages that call the app. An app's frame that calls one of theirs is a middleware, and any error may pass it."""

_CAUSE = "\n\nThe above exception was the direct cause of the following exception:\n\n"
_CONTEXT = "\n\nDuring handling of the above exception, another exception occurred:\n\n"

_DATABASES_CODE = re.compile(r"[0-9A-Z]{5}|SQLITE_[A-Z_]+")


class Withheld(Exception):
    """Replaces an exception, for handlers that render exceptions by themselves. It has no traceback, so it has no variables."""


def text_of(error: BaseException, *, in_development: bool, depth: int = 0) -> str:
    """The traceback in Python's format, with causes and the members of groups."""
    if depth == DEPTH_LIMIT:
        return GROUPS_LEFT_OUT
    parts = []
    for each, link in _chain(error):
        says = (in_development and is_authors(each)) or _is_constant(each)
        members = each.exceptions[:DEPTH_LIMIT] if isinstance(each, BaseExceptionGroup) else ()
        texts = [text_of(member, in_development=in_development, depth=depth + 1) for member in members]
        parts.append("\n".join([_frames(each) + _last_line(each, says=says), *map(_indented, texts)]) + link)
    return "".join(parts)


def is_authors(error: BaseException) -> bool:
    """Whether the app's own code raised or caused the error. If it only passed through the app's middleware: False."""
    for frame, _ in reversed(list(traceback.walk_tb(error.__traceback__))):
        module = frame.f_globals.get("__name__") or ""
        if module.partition(".")[0] in _CALLS_THE_APP:
            return False
        if _is_apps(module, frame.f_code.co_filename):
            return True
    return False


def _is_apps(module: str, file: str) -> bool:
    is_pythons = module.partition(".")[0] in sys.stdlib_module_names
    return not (is_pythons or is_library(module) or is_ours(module) or installed_package(file))


def _is_constant(error: BaseException) -> bool:
    return is_ours(type(error).__module__) and str(error) == getattr(type(error), "message", None)


def _chain(error: BaseException) -> Iterator[tuple[BaseException, str]]:
    """From the first cause to `error`, each with the sentence that links it to the next."""
    chain = [(error, "")]
    while len(chain) < DEPTH_LIMIT:
        last = chain[-1][0]
        if last.__cause__ is not None:
            before, link = last.__cause__, _CAUSE
        elif last.__context__ is not None and not last.__suppress_context__:
            before, link = last.__context__, _CONTEXT
        else:
            break
        if any(before is each for each, _ in chain):
            break
        chain.append((before, link))
    return reversed(chain)


def _frames(error: BaseException) -> str:
    frames = traceback.format_tb(error.__traceback__)
    return f"Traceback (most recent call last):\n{''.join(frames)}" if frames else ""


def _last_line(error: BaseException, *, says: bool) -> str:
    if says:
        return "".join(traceback.format_exception_only(error)).rstrip("\n")
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    return " ".join(filter(None, [name, _code_of(error), NOT_SHOWN]))


def _code_of(error: BaseException) -> str:
    """The code of the system or the database, such as ENOSPC. An operator needs it first. No request can change it."""
    if isinstance(error, OSError):
        return errno.errorcode.get(error.errno or 0, "")
    code = str(getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None) or "")
    return code if type(error).__module__.startswith(("psycopg", "sqlite3")) and _DATABASES_CODE.fullmatch(code) else ""


def _indented(text: str) -> str:
    return "\n".join(f"  | {line}" for line in text.splitlines())
