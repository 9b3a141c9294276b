"""The app: its pages, and `rxapp.auth` fitted into it."""

import reflex as rx

from notes import api as notes_api
from notes.pages import layout, login, notes, register  # noqa: F401  a page registers itself
from notes.profile import keep_profile
from rxapp.auth import web as auth

app = rx.App(html_lang="en")
api = auth.install_auth(
    app,
    pages=auth.Pages(
        look=auth.Look(frame=layout.frame, logo=layout.logo, waiting=layout.waiting),
        own={"/login", "/register"},
        extra_fields={"city"},
    ),
    hooks=auth.Hooks(on_register=keep_profile),
)
api.include_router(notes_api.router)
