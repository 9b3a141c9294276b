"""The app: each event handler says who may call it, and its own checks pass. Looked at in a process of its own."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from rxapp.auth.doctor.findings import Finding, ok, problem, warning
from rxapp.auth.doctor.handlers import say_faults

TIMEOUT_SECONDS = 300

_LOAD = "from rxapp.auth.web.reflex_internals.app import load_app; load_app()"
_INSPECT = f"""
import asyncio, json
{_LOAD}
from rxapp.auth.web.reflex_internals.app import compile_without_writing
unbuilt = ""
try:
    compile_without_writing()
except Exception as error:
    unbuilt = type(error).__name__
from rxapp.auth.web.site.handler_faults import handler_faults
from rxapp.auth.web.site.handler_policy import handler_policies
from rxapp.auth.http.operations.readiness import readiness
print(json.dumps([len(handler_policies()), sorted(handler_faults()), unbuilt, asyncio.run(readiness.not_ready())]))
"""
"""The pages are built, and nothing is written: the state of an `rx.ComponentState` is made where a page is built."""

_QUIETLY = {"REFLEX_TELEMETRY_ENABLED": "false", "__REFLEX_SKIP_COMPILE": "true"}
"""The latter leaves a file alone by which Reflex hands builds on from one process to the other."""

_LOOKED_AT_ALREADY = {"database", "migrations", "redis"}


def check_app() -> Iterator[Finding]:
    """A handler without a guard and without `public=True` has been forgotten, and any browser can call it."""
    try:
        number, faults, unbuilt, not_ready = _inspect()
    except (subprocess.SubprocessError, ValueError, IndexError) as error:
        yield problem("handlers", f"the app cannot be loaded ({type(error).__name__})", f"Run: python -c '{_LOAD}'")
        return
    if unbuilt:
        yield warning(
            "pages", f"not built here ({unbuilt}): states of components were not looked at", "Run: reflex compile --dry"
        )
    named = defaultdict(list)
    for kind, name in faults:
        named[kind].append(name)
    yield from say_faults(named)
    if not named:
        yield ok("handlers", f"{number}, each with a guard or marked as public")
    for name in sorted(set(not_ready) - _LOOKED_AT_ALREADY):
        yield problem(name, "a check of the app's own fails", "With RXAPP_LOG_LEVEL=debug the log of the server says why.")


def _inspect() -> Any:
    done = subprocess.run(  # noqa: S603  our own interpreter, our own words
        [sys.executable, "-c", _INSPECT],
        env=os.environ | _QUIETLY,
        capture_output=True,
        text=True,
        check=True,
        timeout=TIMEOUT_SECONDS,
    )
    return json.loads(done.stdout.splitlines()[-1])
