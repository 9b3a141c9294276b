"""An app that only the tests have: rxapp, and a page that sends files to a guarded handler, as an author writes it."""

import reflex as rx

from rxapp.auth import web as auth
from tests.e2e.served_app import app  # noqa: F401


class FilesState(rx.State):
    """What came, and from whom."""

    names: list[str] = []

    @auth.event
    async def take(self, files: list[rx.UploadFile]):
        for file in files:
            content = await file.read()
            self.names.append(f"{file.name} ({len(content)} bytes) from {auth.current_user(self).user_name}")


@auth.page("/files")
def files() -> rx.Component:
    return rx.el.main(
        rx.upload(rx.el.p("Drop files here"), id="files"),
        rx.upload(rx.el.p("Or here"), id="more"),
        rx.el.button("Send", on_click=FilesState.take(rx.upload_files("files"))),
        rx.el.button("Send more", on_click=FilesState.take(rx.upload_files("more"))),
        rx.el.ul(rx.foreach(FilesState.names, rx.el.li)),
    )
