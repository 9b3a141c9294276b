"""The only source of the time, so that a test can move it instead of sleeping."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Returns the present time as an aware datetime in UTC."""

CLOCK_SKEW_LEEWAY = timedelta(seconds=30)
"""The clocks of two servers may differ by this much. It never lengthens a token's lifetime."""


def system_clock() -> datetime:
    """The machine's own time."""
    return datetime.now(UTC)
