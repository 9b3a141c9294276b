"""Counts repeated complaints. Somebody who sends bad events must not fill the disk with log lines."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

PERIOD_SECONDS = 60
"""The same complaint is logged once in this time. An operator learns within a minute that it goes on."""

COMPLAINTS_LIMIT = 500
"""How many complaints are remembered. Their number depends on the code only: strangers cannot make new ones."""


@dataclass(slots=True)
class Complaint:
    """What was logged at `begun_at`, in seconds of the clock. `more` counts how often it came since and was not logged."""

    logger: str
    level: int
    text: str
    begun_at: float
    more: int = 0

    def in_words(self) -> str:
        """The line that reports the repeats that were not logged."""
        return f"and {self.more:,} more like it in the last {PERIOD_SECONDS} s: {self.text}"


class Repeats:
    """Threads share one instance. `clock` returns seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._complaints: OrderedDict[Hashable, Complaint] = OrderedDict()

    def is_first(self, key: Hashable, logger: str, level: int, text: str) -> bool:
        """Whether this complaint is the first in its period, and so is logged. If not, it is counted."""
        with self._lock:
            if (known := self._complaints.get(key)) is not None:
                known.more += 1
                return False
            self._complaints[key] = Complaint(logger, level, text, self._clock())
            return True

    def over(self) -> list[Complaint]:
        """Forget the complaints whose period is over, or that exceed the limit. Returns those that had repeats."""
        if not self._complaints:
            return []
        with self._lock:
            ended = []
            while self._complaints and self._is_over(next(iter(self._complaints.values()))):
                ended.append(self._complaints.popitem(last=False)[1])
        return [complaint for complaint in ended if complaint.more]

    def _is_over(self, oldest: Complaint) -> bool:
        return len(self._complaints) > COMPLAINTS_LIMIT or self._clock() - oldest.begun_at >= PERIOD_SECONDS
