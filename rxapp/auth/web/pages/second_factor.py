"""The form of the login page that asks for a second factor. Features add a form for each of theirs (`places.factor_forms`)."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from rxapp.auth.web.auth_state.leaving import kept_during_login
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.login import LoginState
from rxapp.auth.web.site.places import places
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style


@kept_during_login
class SecondFactorState(rx.State):
    """The factor that the person has chosen. Empty, or one that they do not have, stands for the first that they have."""

    method: str = ""

    @event(public=True)
    async def switch(self, method: str) -> None:
        """Ask for another factor."""
        login = await self.get_state(LoginState)
        login.error, login.wrong, login.wait = "", "", 0
        self.method = method if method in places.factor_forms else ""

    @event(public=True)
    async def start_again(self) -> None:
        """Leave the stage, and show the first form again."""
        self.method = ""
        await (await self.get_state(LoginState)).start_again()

    def _shown(self, methods: Sequence[str]) -> str:
        """The factor whose form is shown, of those that the person has."""
        return self.method if self.method in methods else next(iter(methods), "")


def second_factor_form() -> rx.Component:
    """The form of one factor, buttons for the others that the person has, and one that leads back."""
    texts, methods = site.texts.second_factor, LoginState.methods
    has: Any = methods
    shown = rx.cond(has.contains(SecondFactorState.method), SecondFactorState.method, has[0])
    forms = [(method, form.view()) for method, form in places.factor_forms.items()]
    others = [
        rx.cond(has.contains(method) & (shown != method), _link(form.switch(), SecondFactorState.switch(method)))
        for method, form in places.factor_forms.items()
    ]
    return rx.fragment(
        rx.el.h2(texts.title, class_name=style.SUBHEADING + " mb-2"),
        rx.match(shown, *forms, rx.fragment()) if forms else rx.fragment(),
        rx.el.div(*others, _link(texts.back, SecondFactorState.start_again), class_name="mt-6 flex flex-col items-start gap-3"),
    )


def _link(label: str, on_click: Any) -> rx.Component:
    return rx.el.button(label, type="button", on_click=on_click, class_name=style.LINK)
