"""An app that only the tests have: rxapp, and pages with all that Reflex keeps or sends of a person, as an author writes them.

Two people use it in turns, in one browser. Whatever Reflex can keep or send belongs here.

It asks those whose names begin with `addressed-` for an e-mail address at login, so that one server does for all tests.
"""

import datetime as dt

import reflex as rx
from reflex_components_core.react_router import link

from rxapp.auth import web as auth
from rxapp.auth.features.email.rules.stage import EmailStage
from tests.e2e.served_app import app

_needs_address = EmailStage.is_due
EmailStage.is_due = lambda stage, attempt: attempt.user.user_name.startswith("addressed-") and _needs_address(stage, attempt)


class FilesState(rx.State):
    """What came, and from whom."""

    names: list[str] = []

    @auth.event
    async def take(self, files: list[rx.UploadFile]):
        for file in files:
            content = await file.read()
            self.names.append(f"{file.name} ({len(content)} bytes) from {auth.current_user(self).user_name}")

    @auth.event(background=True)
    async def take_in_chunks(self, chunks: rx.UploadChunkIterator):
        sizes: dict[str, int] = {}
        async for chunk in chunks:
            sizes[chunk.filename] = sizes.get(chunk.filename, 0) + len(chunk.data)
        async with self:
            name = (await auth.admit_again(self)).user_name
            self.names.extend(f"{file} ({size} bytes) in chunks from {name}" for file, size in sizes.items())


def _made_in_a_function() -> type[rx.State]:
    class DrawerState(rx.State):
        """A state that only its maker sees."""

        line: str = ""

        @auth.event
        async def write(self):
            self.line = f"in a function: {auth.current_user().user_name}"

    return DrawerState


DrawerState = _made_in_a_function()


class Tray(rx.ComponentState):
    """A component with a state of its own for each place where it stands."""

    line: str = ""

    @auth.event
    async def write(self):
        self.line = f"in a component: {auth.current_user().user_name}"

    @classmethod
    def get_component(cls, **props) -> rx.Component:
        return rx.el.div(rx.el.button("Write in a component", on_click=cls.write), rx.el.p(cls.line), **props)


class DeskState(rx.State):
    """What a person writes, in vars of each kind."""

    title: str = ""
    typed: str = ""
    late: str = ""
    _author: str = ""

    in_a_cookie: str = rx.Cookie("", name="neighbours-cookie")
    in_local_storage: str = rx.LocalStorage("", name="neighbours-local")
    in_session_storage: str = rx.SessionStorage("", name="neighbours-session")

    @auth.event
    async def write(self):
        name = auth.current_user().user_name
        self.title, self._author = f"written by {name}", name
        self.in_a_cookie, self.in_local_storage = f"in a cookie: {name}", f"in local storage: {name}"
        self.in_session_storage = f"in session storage: {name}"

    @auth.event
    async def type(self, text: str):
        self.typed = text

    @auth.event
    async def write_later(self, text: str):
        self.late = f"{text} sent by {auth.current_user().user_name}"

    @rx.var(cache=True, interval=dt.timedelta(hours=1))
    def computed(self) -> str:
        return f"computed of {self._author}"

    @rx.var(cache=True, interval=dt.timedelta(hours=1), auto_deps=False, deps=[])
    def computed_now_and_then(self) -> str:
        return f"now and then of {self._author}"


draft = rx._x.client_state("draft", default="nothing drafted")


@rx.memo
def memoised(text: rx.Var[str]) -> rx.Component:
    return rx.el.p("memoised: ", text)


def _desk() -> rx.Component:
    return rx.el.main(
        rx.upload(rx.el.p("Drop files here"), id="files"),
        rx.upload(rx.el.p("Or here"), id="more"),
        rx.el.ul(rx.foreach(rx.selected_files("files"), rx.el.li), aria_label="Chosen"),
        rx.el.button("Send", on_click=FilesState.take(rx.upload_files("files"))),
        rx.el.button("Send more", on_click=FilesState.take(rx.upload_files("more"))),
        rx.el.button("Send in chunks", on_click=FilesState.take_in_chunks(rx.upload_files_chunk("files"))),
        rx.el.ul(rx.foreach(FilesState.names, rx.el.li), aria_label="Arrived"),
        rx.el.button("Draft", on_click=draft.set_value("a private draft")),
        rx.el.output(draft.value, aria_label="Drafted"),
        rx.el.button("Write", on_click=DeskState.write),
        memoised(text=DeskState.title),
        rx.debounce_input(
            rx.el.input(value=DeskState.typed, on_change=DeskState.type, aria_label="Typed"), debounce_timeout=60_000
        ),
        rx.el.button("Write later", on_click=DeskState.write_later("a late word").debounce(60_000)),
        *(rx.el.p(text) for text in (DeskState.title, DeskState.late, DeskState.computed, DeskState.computed_now_and_then)),
        *(rx.el.p(text) for text in (DeskState.in_a_cookie, DeskState.in_local_storage, DeskState.in_session_storage)),
        rx.el.button("Write in a function", on_click=DrawerState.write),
        rx.el.p(DrawerState.line),
        Tray.create(),
        _ways_out(),
    )


def _ways_out() -> rx.Component:
    return rx.fragment(
        rx.el.p("Here is ", rx.el.b(auth.AuthState.user_name)),
        rx.el.button("Log out", on_click=auth.AuthState.log_out),
        link("To the open desk", to="/open-desk"),
    )


auth.page("/desk")(_desk)
auth.page("/open-desk", public=True)(_desk)


class BoardState(rx.State):
    """Of pages that ask nobody who is there: they are not declared with our guard."""

    lines: list[str] = []

    @auth.event
    async def pin(self):
        self.lines = [f"pinned by {auth.current_user().user_name}"]

    @auth.event(public=True)
    def help(self):
        self.lines.append("anybody may pin")


def _board() -> rx.Component:
    return rx.el.main(
        rx.upload(rx.el.p("Drop files here"), id="files"),
        rx.el.ul(rx.foreach(rx.selected_files("files"), rx.el.li), aria_label="Chosen"),
        rx.el.button("Pin", on_click=BoardState.pin),
        rx.el.ul(rx.foreach(BoardState.lines, rx.el.li)),
        _ways_out(),
    )


app.add_page(_board, route="/board")
app.add_page(_board, route="/board-that-helps", on_load=BoardState.help)
app.add_page(_board, route="/board-that-pins", on_load=BoardState.pin)
