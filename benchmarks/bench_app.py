"""The app under measurement: rxapp itself with open twins of what it guards, and a clock that is moved over HTTP.

Only names that any app may use, but for the clock: that is moved as the tests move it.
"""

import time
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import reflex as rx

import rxapp.auth.core.clock

_moved = timedelta()


class _MovedDatetime(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + _moved


rxapp.auth.core.clock.datetime = _MovedDatetime

from rxapp.auth import web as auth  # noqa: E402
from rxapp.demo import customers  # noqa: E402  after the clock
from rxapp.rxapp import api, app  # noqa: E402

_arrived = 0.0
_timings: defaultdict[str, list[float]] = defaultdict(list)
"""Milliseconds from an event's arrival until its handler's own work begins, by the handler."""


class Arrival(rx.Middleware):
    """Notes when an event arrives, before anything of `rxapp.auth` has seen it. One client at a time, so one moment is enough."""

    async def preprocess(self, app: rx.App, state: rx.State, event: rx.event.Event) -> None:
        global _arrived
        _arrived = time.perf_counter()


app.add_middleware(Arrival(), index=0)


def _note(name: str) -> None:
    _timings[name].append((time.perf_counter() - _arrived) * 1000)


@api.get("/bench/customers")
async def open_customers() -> list[str]:
    """What `GET /api/customers` answers, to anybody."""
    return await auth.in_thread(customers.customer_names, auth.get_service().database)


@api.post("/bench/clock")
async def move_clock(seconds: float) -> None:
    global _moved
    _moved += timedelta(seconds=seconds)


@api.post("/bench/timings")
async def take_timings() -> dict[str, list[float]]:
    taken = dict(_timings)
    _timings.clear()
    return taken


class BenchState(rx.State):
    """The same work twice: behind the guard, and open."""

    names: list[str] = []
    loads: int = 0
    clicks: int = 0

    @auth.event
    async def load_guarded(self) -> None:
        await self._load()

    @rx.event
    async def load_open(self) -> None:
        await self._load()

    @auth.event
    async def click_guarded(self) -> None:
        _note("guarded")
        self.clicks += 1

    @rx.event
    async def click_open(self) -> None:
        _note("open")
        self.clicks += 1

    async def _load(self) -> None:
        self.names = await auth.in_thread(customers.customer_names, auth.get_service().database)
        self.loads += 1


def _view() -> rx.Component:
    names: Any = BenchState.names  # a Var here, not a list
    return rx.el.main(
        rx.el.h1("Customers"),
        rx.el.ul(rx.foreach(names, rx.el.li)),
        _loads(),
        auth.link("Hub", to="/bench/hub"),
    )


def _loads() -> rx.Component:
    return rx.el.output(BenchState.loads, id="loads")


@auth.page("/bench/guarded", on_load=BenchState.load_guarded)
def guarded_page() -> rx.Component:
    return _view()


def hub() -> rx.Component:
    return rx.el.main(auth.link("Guarded", to="/bench/guarded"), auth.link("Open", to="/bench/open"), _loads())


app.add_page(_view, route="/bench/open", on_load=BenchState.load_open)
app.add_page(hub, route="/bench/hub")
