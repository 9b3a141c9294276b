"""An operation that waits for the database, written once, for callers that may wait and for those that must not.

Such an operation is a generator. It yields each call that may wait as a `Step`, and computes the rest by itself. A thread calls
`run`. An event loop has its own driver (`rxapp.auth.http.runtime.service`). That tries each step without waiting, and hands it to
a thread if this is not possible. It computes what lies between the steps on the event loop, because two threads that compute at
the same time slow each other down.
"""

from collections.abc import Callable, Generator
from typing import Any, NamedTuple, TypeVar

R = TypeVar("R")


class Step(NamedTuple):
    """A call that may wait. With `tries` the call accepts `may_wait=False`: then it raises `WouldBlock` rather than wait."""

    call: Callable[..., Any]
    arguments: tuple[Any, ...]
    tries: bool = False


Steps = Generator[Step, Any, R]


def run(steps: Steps[R]) -> R:
    """What the operation returns or raises. Waits in this thread."""
    try:
        step = next(steps)
        while True:
            try:
                answer = step.call(*step.arguments)
            except Exception as error:  # noqa: BLE001  the operation decides
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as done:
        return done.value
