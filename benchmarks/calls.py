"""Records which functions of ours are called, in all threads."""

import opcode
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

PACKAGE = Path(__file__).resolve().parents[1] / "rxapp"
RESUME = opcode.opmap["RESUME"]
KIND_OF_RESUMPTION = 3
"""The bits of the argument of `RESUME` for its kind: 0 at the start of a function, more after a `yield` or `await` in it."""


class Function(NamedTuple):
    """`file` is relative to the package. `name` has the form `Class.method` or `function.inner`."""

    file: str
    name: str


Calls = dict[Function, int]
"""How often each was called, in the order of the first calls."""


class Recorder:
    """Make it before any thread is started. It does not see the calls of older threads."""

    def __init__(self, package: Path = PACKAGE) -> None:
        self._package = package
        self._calls: Calls = {}
        self._is_on = False
        self.noticed = 0
        """The number of our calls so far, recorded or not. While it does not grow, the app is idle."""

        threading.setprofile(self._note)
        sys.setprofile(self._note)

    @contextmanager
    def recording(self) -> Iterator[Calls]:
        """The calls until the end of the block."""
        self._calls, self._is_on = {}, True
        yield self._calls
        self._is_on = False

    def close(self) -> None:
        """Stop. Threads that were started meanwhile are still seen."""
        threading.setprofile(None)
        sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, _argument: Any) -> None:
        code = frame.f_code
        if event != "call" or not code.co_filename.startswith(str(self._package)) or code.co_name.startswith("<"):
            return
        self.noticed += 1
        if self._is_on and _is_start(frame):
            function = Function(str(Path(code.co_filename).relative_to(self._package)), code.co_qualname.replace(".<locals>", ""))
            self._calls[function] = self._calls.get(function, 0) + 1


def _is_start(frame: FrameType) -> bool:
    """Whether the function begins here. Python also reports each time that a coroutine or generator continues."""
    code, at = frame.f_code.co_code, frame.f_lasti
    return code[at] != RESUME or not code[at + 1] & KIND_OF_RESUMPTION


def in_each(runs: list[Calls]) -> Calls:
    """The functions that were called in all runs, with the least number of calls. The app's own background work is not in all."""
    first = runs[0]
    return {function: min(run[function] for run in runs) for function in first if all(function in run for run in runs)}
