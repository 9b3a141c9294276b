"""An app whose guard is declared as it cannot be meant."""

import reflex as rx

from rxapp.auth import web as auth


class Orders(rx.State):
    @auth.event(roles="Boss")
    def load(self):
        """For a boss."""


app = rx.App()
