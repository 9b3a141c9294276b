"""A clock that stands still until a test moves it; and how long the real one may take for what is promised within a second."""

import os
from datetime import UTC, datetime, timedelta

A_SECOND = 5 if "PYTEST_XDIST_WORKER" in os.environ else 1
"""What takes a fraction of it on a machine that does nothing else, as in `make test-production`, may take longer beside other
tests. What it is told from is not a matter of seconds: a page that nobody told stays for minutes.
"""


class MovableClock:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **duration: float) -> None:
        """Forward by a duration, given as to `timedelta`."""
        self.now += timedelta(**duration)
