"""The app: each event handler says who may call it, and its own checks pass. Looked at in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator

from rxapp.doctor.findings import Finding, ok, problem

TIMEOUT_SECONDS = 120

_LOAD = "from reflex.utils.prerequisites import get_app; get_app()"
_INSPECT = f"""
import asyncio, json
{_LOAD}
from rxapp.auth.web.policy import handler_policies
from rxapp.auth.web.readiness import readiness
has_policy = {{name: policy is not None for name, policy in handler_policies().items()}}
print(json.dumps([has_policy, asyncio.run(readiness.not_ready())]))
"""
_LOOKED_AT_ALREADY = {"database", "migrations", "redis"}


def check_app() -> Iterator[Finding]:
    """A handler without a guard and without `public=True` has been forgotten, and any browser can call it."""
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter, our own words
            [sys.executable, "-c", _INSPECT], capture_output=True, text=True, check=True, timeout=TIMEOUT_SECONDS
        )
        has_policy, not_ready = json.loads(done.stdout.splitlines()[-1])
    except (subprocess.SubprocessError, ValueError, IndexError) as error:
        yield problem("handlers", f"the app cannot be loaded ({type(error).__name__})", f"Run: python -c '{_LOAD}'")
        return
    forgotten = sorted(name for name, is_there in has_policy.items() if not is_there)
    if forgotten:
        mend = "Put @auth.event() over each, with roles=[…] or public=True."
        yield problem("handlers", f"any browser can call {', '.join(forgotten)}", mend)
    else:
        yield ok("handlers", f"{len(has_policy)}, each with a guard or marked as public")
    for name in sorted(set(not_ready) - _LOOKED_AT_ALREADY):
        yield problem(name, "a check of the app's own fails", "With RXAPP_LOG_LEVEL=debug the log of the server says why.")
