"""The form of the dialog that asks who one is: a login at a linked provider in place of the password."""

from typing import Any

import reflex as rx

from rxapp.auth.features.providers.pages.buttons import DepartureState, Face, face_of, plain_button
from rxapp.auth.features.providers.rules.own_links import providers_linked
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.guards import event
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style


class ProviderConfirmState(rx.State):
    """The providers to which the person is linked. Every page has this dialog, so the logos come when it is opened."""

    linked: list[Face] = []

    @event
    async def load(self) -> None:
        """When the form is shown."""
        self.linked = [face_of(each) for each in await in_thread(providers_linked, get_service(), current_user().user_id)]


def confirm_form() -> rx.Component:
    """A button for each linked provider. The page is left for it, so the person repeats what they wanted afterwards."""
    texts, state = site.texts.providers, ProviderConfirmState

    def button(face: Any) -> rx.Component:
        click: Any = DepartureState.confirm(face.name)
        is_going = DepartureState.is_going
        return plain_button(face, texts.confirm_with, type="button", on_click=click, disabled=is_going, class_name="w-full")

    return rx.el.div(
        rx.el.p(texts.confirm_why, class_name=style.SMALL),
        rx.foreach(state.linked, button),
        on_mount=state.load,
        class_name="mt-4 space-y-3",
    )
