"""The app under attack: rxapp, and a diary such as somebody else's app might have, with handlers of every kind."""

import asyncio
import datetime as dt

import reflex as rx

from rxapp.auth import web as auth
from tests.e2e.served_app import app  # noqa: F401
from tests.sockets import guarded_pages, neighbours  # noqa: F401
from tests.sockets.raw_page import MARKER


class DiaryState(rx.State):
    """What a signed-in person writes for themself."""

    entries: list[str] = []
    is_help_open: bool = False
    last_number: int = -1
    stored: str = rx.LocalStorage("", name="diary-look")

    _private: str = ""

    @auth.event
    async def load(self):
        self._private = MARKER
        self.entries = [f"{MARKER} of {auth.current_user().user_name}"]

    @auth.event
    async def add(self, text: str = ""):
        self.entries.append(f"{MARKER}: {text[:100]}")

    @auth.event
    async def write_slowly(self):
        for number in range(10):
            self.entries.append(f"{MARKER} line {number}")
            yield
            await asyncio.sleep(0.2)

    @auth.event
    async def write_at_last(self):
        await asyncio.sleep(0.3)
        self.entries.append(f"{MARKER} at last")

    @auth.event(public=True)
    def toggle_help(self):
        self.is_help_open = not self.is_help_open

    @auth.event(public=True)
    def slow_help(self):
        yield
        self.is_help_open = True

    @auth.event(public=True)
    async def take_its_time(self):
        await asyncio.sleep(2.5)

    @auth.event(public=True)
    def note(self, number: int = -1):
        self.last_number = number

    @rx.event
    def not_thought_about(self):
        self.is_help_open = True

    @rx.var
    def length(self) -> str:
        return f"{len(self.entries)} {self._private}"

    @rx.var(cache=True, interval=dt.timedelta(milliseconds=1))
    def now_and_then(self) -> str:
        return f"{dt.datetime.now(dt.UTC)} {self._private}"

    @auth.event
    async def take_files(self, files: list[rx.UploadFile]):
        for file in files:
            self.entries.append(f"{MARKER} {file.name} of {auth.current_user().user_name}")

    @auth.event(background=True)
    async def take_chunks(self, chunks: rx.UploadChunkIterator):
        async for _ in chunks:
            async with self:
                self.entries.append(f"{MARKER} a chunk of {(await auth.admit_again(self)).user_name}")

    @auth.event(public=True)
    async def take_anybodys_files(self, files: list[rx.UploadFile]):
        self.is_help_open = True


@auth.page("/diary", on_load=DiaryState.load)
def diary() -> rx.Component:
    return rx.el.main(
        rx.upload(rx.el.p("Drop"), id="files"),
        rx.el.button("Send", on_click=DiaryState.take_files(rx.upload_files("files"))),
        rx.el.button("Help", on_click=DiaryState.toggle_help),
        rx.el.p(DiaryState.length),
        rx.el.p(DiaryState.now_and_then),
        rx.foreach(DiaryState.entries, rx.el.p),
    )
