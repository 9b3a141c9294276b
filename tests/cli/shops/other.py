"""Another module of the app."""

import reflex as rx

from rxapp.auth import web as auth


class Orders(rx.State):
    @auth.event
    def forgotten(self):
        """Guarded, as its namesake is not."""
