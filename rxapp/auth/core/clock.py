"""The one source of the time, so that a test moves it instead of sleeping."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Answers the present moment as an aware datetime in UTC."""

CLOCK_SKEW_LEEWAY = timedelta(seconds=30)
"""Two servers may disagree by this much on the present moment. It never lengthens a token's life."""


def system_clock() -> datetime:
    """The machine's own time."""
    return datetime.now(UTC)
