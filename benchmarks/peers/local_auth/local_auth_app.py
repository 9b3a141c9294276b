"""An app with reflex-local-auth as its documentation sets it up: a page that requires a login, and the same page without.

Their data comes from a table, by an event on load that asks `is_authenticated` first, as that documentation advises.
"""

import reflex as rx
import reflex_local_auth
from sqlmodel import Field, SQLModel, select


class Customer(SQLModel, table=True):
    id: int = Field(default=None, primary_key=True)
    name: str


class BenchState(reflex_local_auth.LocalAuthState):
    names: list[str] = []
    loads: int = 0

    @rx.event
    def load_guarded(self):
        if self.is_authenticated:
            self._load()

    @rx.event
    def load_open(self):
        self._load()

    def _load(self):
        with rx.session() as db:
            self.names = list(db.exec(select(Customer.name).order_by(Customer.id)))
        self.loads += 1


def loads() -> rx.Component:
    return rx.el.output(BenchState.loads, id="loads")


def view() -> rx.Component:
    return rx.el.main(
        rx.el.h1("Customers"),
        rx.el.ul(rx.foreach(BenchState.names, rx.el.li)),
        loads(),
        rx.link("Hub", href="/bench/hub"),
    )


@reflex_local_auth.require_login
def guarded() -> rx.Component:
    return view()


def hub() -> rx.Component:
    return rx.el.main(rx.link("Guarded", href="/bench/guarded"), rx.link("Open", href="/bench/open"), loads())


app = rx.App()
app.add_page(guarded, route="/bench/guarded", on_load=BenchState.load_guarded)
app.add_page(view, route="/bench/open", on_load=BenchState.load_open)
app.add_page(hub, route="/bench/hub")
app.add_page(reflex_local_auth.pages.login_page, route=reflex_local_auth.routes.LOGIN_ROUTE)
