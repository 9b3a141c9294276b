"""The smallest app with a login: one page that only logged-in people see, and one event that only they can send."""

import reflex as rx

from rxapp.auth import web as auth

BUTTON = "mt-4 mr-3 cursor-pointer rounded-lg bg-indigo-600 px-4 py-2 font-semibold text-white hover:bg-indigo-700"
LINK = "mt-4 inline-block text-indigo-700 underline dark:text-indigo-300"


class SecretState(rx.State):
    """Its vars reach the browser only after the guarded handler has run. They are cleared when the person logs out."""

    secret: str = ""

    @auth.event
    async def reveal(self) -> None:
        """Runs for logged-in people. Everybody else is sent to the login page."""
        self.secret = "The key is under the third flower pot."


@rx.page("/", title="Minimal")
def home() -> rx.Component:
    """A page for everybody."""
    return frame("Hello, stranger", rx.el.a("To the private page", href="/private", class_name=LINK))


@auth.page("/private", title="Private")
def private() -> rx.Component:
    """A page for logged-in people."""
    return frame(
        "Private",
        rx.el.p(SecretState.secret, role="status", class_name="mt-4 min-h-6"),
        rx.el.button("Reveal the secret", on_click=SecretState.reveal, class_name=BUTTON),
        rx.el.button("Log out", on_click=auth.AuthState.log_out, class_name=BUTTON),
    )


def frame(heading: str, *content: rx.Component) -> rx.Component:
    """A page: a heading with content below it."""
    return rx.el.main(
        rx.el.h1(heading, class_name="text-3xl font-semibold"),
        *content,
        class_name="min-h-screen bg-slate-50 p-8 text-slate-900 dark:bg-slate-950 dark:text-slate-100",
    )


app = rx.App(html_lang="en")
auth.install_auth(app)
