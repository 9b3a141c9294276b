"""States as somebody else's app has them, with all that keeps or sends what one person has: rooms, tasks, chained events."""

import asyncio
import datetime as dt
import os
from pathlib import Path

import reflex as rx

from rxapp.auth import web as auth
from tests.sockets.raw_page import MARKER

GATES = Path(os.environ["RXAPP_TEST_CLOCK_FILE"]).parent
"""Where a test lays a file for a task to go on."""


async def opened(gate: str) -> None:
    """Wait until the test has laid the file."""
    while not (GATES / gate).exists():  # noqa: ASYNC110  another process lays it
        await asyncio.sleep(0.01)


class RoomState(rx.SharedState):
    """A room in which members write."""

    lines: list[str] = []
    title: str = "no room"

    @auth.event
    async def join(self, room: str):
        shared = await self._link_to(room)
        shared.title = "the room"

    @auth.event
    async def leave(self):
        return await self._unlink()

    @auth.event
    def say(self, text: str):
        self.lines.append(text)

    @auth.event(public=True)
    def say_as_anybody(self, text: str):
        self.lines.append(text)


class BasketState(rx.State):
    """What others inherit from and look at."""

    items: list[str] = []

    @auth.event
    def fill(self):
        self.items = [MARKER]


class SumState(BasketState):
    """A computed var over the vars of the state above it."""

    @rx.var
    def total(self) -> int:
        return len(self.items)


class LookingState(rx.State):
    """A computed var over another state's."""

    @rx.var
    async def seen(self) -> str:
        return " ".join((await self.get_state(BasketState)).items)


class StartedState(rx.State):
    """What a person starts, and what comes of it."""

    shown: list[str] = []
    written: list[str] = []
    counted: int = 0
    draft: str = rx.SessionStorage("", name="draft")
    _kept: str = ""

    @auth.event
    def show(self, text: str):
        self.shown.append(text)

    @auth.event(public=True)
    def show_to_anybody(self, text: str):
        self.shown.append(text)

    @auth.event
    def load(self, text: str = MARKER):
        self._kept = self.draft = text

    @auth.event
    def chain(self, text: str = MARKER):
        return [StartedState.show(f"{text} guarded"), StartedState.show_to_anybody(f"{text} public")]

    @auth.event
    def log_out_and_show(self):
        return [auth.AuthState.log_out, StartedState.show_to_anybody(MARKER)]

    @auth.event(background=True)
    async def yield_later(self, gate: str, text: str = MARKER):
        await opened(gate)
        yield StartedState.show(f"{text} guarded")
        yield StartedState.show_to_anybody(f"{text} public")

    @auth.event(background=True)
    async def download_later(self, gate: str, text: str = MARKER):
        await opened(gate)
        yield rx.download(data="text", filename=text)

    @auth.event(background=True)
    async def write_later(self, gate: str, text: str = MARKER):
        await opened(gate)
        async with self:
            self.written.append(text)

    @rx.event(background=True)
    async def write_later_unguarded(self, gate: str, text: str = MARKER):
        await opened(gate)
        async with self:
            self.written.append(text)

    @auth.event
    @rx.event(background=True)
    async def write_later_with_the_guard_above(self, gate: str):
        await opened(gate)
        async with self:
            self.written.append(f"{MARKER} of {auth.current_user().user_name}")

    @auth.event(background=True)
    async def clean_up_later(self, gate: str, text: str = MARKER):
        await opened(gate)
        try:
            async with self:
                await auth.admit_again(self)
        finally:
            yield rx.download(data="text", filename=text)
            async with self:
                self.written.append(text)

    @auth.event
    async def clean_up_on_and_on(self):
        try:
            for number in range(600):
                self.written.append(f"verse {number}")
                yield
                await asyncio.sleep(0.05)
        finally:
            self.written.append(MARKER)

    @auth.event(public=True, background=True)
    async def copy_later(self, gate: str, then: str):
        await opened(gate)
        async with self:
            copied = list(self.shown)
        await opened(then)
        async with self:
            self.written.extend(copied)

    @auth.event
    async def write_slowly(self, gate: str, text: str = MARKER):
        self.written.append(text)
        yield
        await opened(gate)
        self.written.append(text)
        yield StartedState.show_to_anybody(text)

    @auth.event(public=True)
    async def count_for_anybody(self, gate: str):
        await opened(gate)
        self.counted += 1

    @auth.event(roles=["Manager"])
    async def manage_on_and_on(self):
        for number in range(600):
            self.written.append(f"verse {number}")
            yield
            await asyncio.sleep(0.05)

    @auth.event
    async def write_on_and_on(self):
        for number in range(600):
            self.written.append(f"verse {number}")
            yield
            await asyncio.sleep(0.05)

    @rx.var(interval=dt.timedelta(days=1))
    def once_a_day(self) -> str:
        return f"today: {self._kept}"

    @rx.var(auto_deps=False)
    def with_hidden_dependencies(self) -> str:
        return f"seen: {self._kept}"


def state_of_a_function() -> type[rx.State]:
    """A state that is defined in a function belongs to a module of Reflex's."""

    class LocalState(rx.State):
        """Held by its function."""

        text: str = ""

        @auth.event
        def load(self):
            self.text = MARKER

    return LocalState


class Notepad(rx.ComponentState):
    """A component with a state of its own, of which Reflex makes the class."""

    text: str = ""

    @auth.event
    def load(self):
        self.text = MARKER

    @classmethod
    def get_component(cls, **props: object) -> rx.Component:
        return rx.el.p(cls.text, **props)


LocalState = state_of_a_function()
notepad = Notepad.create()


@auth.page("/room")
def room() -> rx.Component:
    return rx.el.main(
        notepad,
        rx.el.p(LocalState.text),
        rx.foreach(RoomState.lines, rx.el.p),
        rx.foreach(StartedState.shown, rx.el.p),
        rx.foreach(StartedState.written, rx.el.p),
        rx.el.p(StartedState.once_a_day, StartedState.with_hidden_dependencies, RoomState.title, StartedState.draft),
    )
