"""Pages that only the tests have: one that asks for two factors, and one with a form that does."""

import reflex as rx

from rxapp.auth import web as auth


class VaultState(rx.State):
    """What the page and the form do, once they may."""

    content: str = ""
    kept: str = ""

    @auth.event
    async def open(self):
        self.content = "gold"

    @auth.event(strength="two factors")
    async def keep(self, form: dict):
        self.kept = form["word"]


@auth.page("/vault", strength="two factors", on_load=VaultState.open)
def vault() -> rx.Component:
    return rx.el.main(rx.el.h1("Vault"), rx.el.output(VaultState.content))


@auth.page("/drawer")
def drawer() -> rx.Component:
    form = rx.el.form(rx.el.input(name="word", aria_label="Word"), rx.el.button("Keep"), on_submit=VaultState.keep)
    leave = rx.el.button("Log out", on_click=auth.AuthState.log_out)
    return rx.el.main(rx.el.h1("Drawer"), form, rx.el.output(VaultState.kept), leave)
