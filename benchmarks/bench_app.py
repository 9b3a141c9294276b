"""The app under measurement: rxapp itself, with an open twin of what it guards, and a clock that is moved over HTTP."""

from datetime import UTC, datetime, timedelta

import rxapp.auth.clock

_moved = timedelta()


class _MovedDatetime(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + _moved


rxapp.auth.clock.datetime = _MovedDatetime

from rxapp import customers  # noqa: E402  after the clock
from rxapp.auth import web as auth  # noqa: E402
from rxapp.rxapp import api, app  # noqa: E402, F401


@api.get("/bench/customers")
async def open_customers() -> list[str]:
    """What `GET /api/customers` answers, to anybody."""
    return await auth.in_thread(customers.customer_names, auth.get_service().database)


@api.post("/bench/clock")
async def move_clock(seconds: float) -> str:
    global _moved
    _moved += timedelta(seconds=seconds)
    return (datetime.now(UTC) + _moved).isoformat()
