"""The form of the dialog that asks who one is: a login at a linked provider in place of the password."""

from typing import Any

import reflex as rx

from rxapp.auth.features.providers.pages.buttons import DepartureState, departure, provider_button
from rxapp.auth.features.providers.rules.own_links import providers_linked
from rxapp.auth.features.providers.rules.provider import providers_of
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.guards import event
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style


class ProviderConfirmState(rx.State):
    """The names of the providers to which the person is linked."""

    linked: list[str] = []

    @event
    async def load(self) -> None:
        """When the form is shown."""
        self.linked = [each.name for each in await in_thread(providers_linked, get_service(), current_user().user_id)]


def confirm_form() -> rx.Component:
    """A button for each linked provider. The page is left for it, so the person repeats what they wanted afterwards."""
    texts, state = site.texts.providers, ProviderConfirmState
    linked: Any = state.linked
    buttons = [
        rx.cond(
            linked.contains(each.name),
            provider_button(each, texts.confirm_with, DepartureState.confirm(each.name), class_name="w-full"),
        )
        for each in providers_of(get_service())
    ]
    return rx.el.div(
        rx.el.p(texts.confirm_why, class_name=style.SMALL),
        *buttons,
        departure(),
        on_mount=state.load,
        class_name="mt-4 space-y-3",
    )
