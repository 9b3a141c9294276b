"""An app with a page that fails."""

import reflex as rx

from rxapp.auth import web as auth


class Orders(rx.State):
    def forgotten(self):
        """Anyone may call it."""


@rx.page("/")
def index():
    return rx.el.p(1 / 0)


app = rx.App()
auth.install_auth(app)
