"""Checks the app: each event handler says who may call it, and the app's own checks pass. It runs in a separate process."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from rxapp.auth.core.extras import has_reflex
from rxapp.auth.doctor.findings import Finding, ok, problem, warning
from rxapp.auth.doctor.handlers import describe_faults
from rxapp.auth.doctor.policy import describe_forbidden

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
from rxapp.auth.web.site.policy_faults import policy_faults
found = [len(handler_policies()), sorted(handler_faults()), sorted(policy_faults()), unbuilt, asyncio.run(readiness.not_ready())]
print(json.dumps(found))
"""
"""It builds the pages but writes no files. Only building a page creates the states of its `rx.ComponentState`s."""

_ENVIRONMENT = {"REFLEX_TELEMETRY_ENABLED": "false", "__REFLEX_SKIP_COMPILE": "true"}
"""The second keeps Reflex from touching the file with which its processes share a build."""

_ALREADY_CHECKED = {"database", "migrations", "redis"}


def check_app() -> Iterator[Finding]:
    """Find handlers without a guard and without `public=True`: somebody forgot them, and any browser can call them."""
    if not has_reflex():
        yield ok("handlers", "not checked: Reflex is not installed, so there are none")
        return
    try:
        number, faults, forbidden, unbuilt, not_ready = _inspect()
    except (subprocess.SubprocessError, ValueError, IndexError) as error:
        yield problem("handlers", f"the app cannot be loaded ({type(error).__name__})", f"Run: python -c '{_LOAD}'")
        return
    if unbuilt:
        yield warning("pages", f"not built here ({unbuilt}): states of components were not checked", "Run: reflex compile --dry")
    named = defaultdict(list)
    for kind, name in faults:
        named[kind].append(name)
    yield from describe_faults(named)
    yield from describe_forbidden(forbidden)
    if not named:
        yield ok("handlers", f"{number}, each with a guard or marked as public")
    for name in sorted(set(not_ready) - _ALREADY_CHECKED):
        yield problem(name, "a check of the app's own fails", "With RXAPP_LOG_LEVEL=debug the log of the server says why.")


def _inspect() -> Any:
    done = subprocess.run(  # noqa: S603  our own interpreter and code
        [sys.executable, "-c", _INSPECT],
        env=os.environ | _ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
        timeout=TIMEOUT_SECONDS,
    )
    return json.loads(done.stdout.splitlines()[-1])
