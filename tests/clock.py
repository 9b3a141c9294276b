"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta


class MovableClock:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **duration: float) -> None:
        """Forward by a duration, given as to `timedelta`."""
        self.now += timedelta(**duration)
