"""Pages of `app.add_page` behind the guard, with handlers on load that have no guard of their own."""

import reflex as rx

from rxapp.auth import web as auth
from tests.e2e.served_app import app


class ArchiveState(rx.State):
    """It counts what runs on load."""

    loaded: int = 0
    loaded_later: int = 0

    @rx.event
    def load(self):
        self.loaded += 1

    @auth.event(public=True)
    def load_next(self, number: int):
        self.loaded += number

    @rx.event(background=True)
    async def load_later(self):
        async with self:
            self.loaded_later += 1


def archive() -> rx.Component:
    return rx.el.main(rx.el.p(ArchiveState.loaded), rx.el.p(ArchiveState.loaded_later))


ON_LOAD = [ArchiveState.load, lambda: ArchiveState.load_next(10), ArchiveState.load_later]

app.add_page(auth.guarded(archive), route="/archive", on_load=ON_LOAD)
app.add_page(auth.guarded(archive, roles=["Editor"]), route="/archive/editors", on_load=ON_LOAD)
app.add_page(archive, route="/archive/public", on_load=ON_LOAD)


@auth.page("/archive/of-page", roles=["Editor"], on_load=ON_LOAD)
def archive_of_page() -> rx.Component:
    return archive()


@rx.page(route="/archive/of-reflex/[number]", on_load=ON_LOAD)
@auth.guarded
def archive_of_reflex() -> rx.Component:
    return archive()
