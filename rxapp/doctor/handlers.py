"""The app's event handlers: each says who may call it. Looked at in a process of its own, for it loads the whole app."""

import json
import subprocess
import sys
from collections.abc import Iterator

from rxapp.doctor.findings import Finding, ok, problem

TIMEOUT_SECONDS = 120

_INSPECT = """
import json
import rxapp.rxapp
from rxapp.auth.web.policy import handler_policies
print(json.dumps({name: policy is not None for name, policy in handler_policies().items()}))
"""


def check_handlers() -> Iterator[Finding]:
    """One without a guard and without `public=True` has been forgotten, and any browser can call it."""
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter, our own words
            [sys.executable, "-c", _INSPECT], capture_output=True, text=True, check=True, timeout=TIMEOUT_SECONDS
        )
        has_policy = json.loads(done.stdout.splitlines()[-1])
    except (subprocess.SubprocessError, ValueError, IndexError) as error:
        yield problem("handlers", f"the app cannot be loaded ({type(error).__name__})", "Run: python -c 'import rxapp.rxapp'")
        return
    forgotten = sorted(name for name, is_there in has_policy.items() if not is_there)
    if forgotten:
        mend = "Put @auth.event() over each, with roles=[…] or public=True."
        yield problem("handlers", f"any browser can call {', '.join(forgotten)}", mend)
    else:
        yield ok("handlers", f"{len(has_policy)}, each with a guard or marked as public")
