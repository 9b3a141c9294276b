"""The buttons that lead to a provider, and how a page leaves for one."""

import secrets
from dataclasses import dataclass
from typing import Any

import reflex as rx

from rxapp.auth.core.database.outages import FORM_ERRORS
from rxapp.auth.core.identity.client import Client
from rxapp.auth.features.providers.pages.logos import LOGOS
from rxapp.auth.features.providers.rules.beginning import begin
from rxapp.auth.features.providers.rules.provider import Provider, providers_of
from rxapp.auth.features.providers.rules.transactions import Purpose
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.auth_state.confirmation import ConfirmationState
from rxapp.auth.web.auth_state.leaving import of_one_connection
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.login import LoginState
from rxapp.auth.web.pages.parts.onward import wanted_path
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.component_base import OwnComponent
from rxapp.auth.web.ui.forms import auth_form


class Departure(OwnComponent):
    """Invisible. Goes to the address in `command`, when its id changes."""

    tag = "Departure"

    command: rx.Var[dict[str, str]]

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("departure.js", shared=True).importable_path


class ProviderLogo(OwnComponent):
    """The logo of a provider, for the eye alone: the words beside it name the provider."""

    tag = "ProviderLogo"

    view_box: rx.Var[str]
    markup: rx.Var[str]

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("departure.js", shared=True).importable_path


@of_one_connection
class DepartureState(rx.State):
    """Where the page goes, and whether it is about to.

    Whoever comes Back must not be sent away again: they have a new connection, which begins without a command.
    """

    command: dict[str, str] = {}
    is_going: bool = False

    @event(public=True, signs_in=True)
    async def log_in(self, name: str) -> None:
        """Go to a provider to log in."""
        login = await self.get_state(LoginState)
        login.error, login.wrong, login.wait, login.reason = "", "", 0, ""
        try:
            await self._go(name, (await self.get_state(AuthState))._client(), next_path=wanted_path(self))
        except FORM_ERRORS as error:
            login.error, login.wait = in_words(error), error.retry_after_seconds

    @event(signs_in=True)
    async def confirm(self, name: str) -> None:
        """Go to a provider to confirm who one is."""
        auth, confirmation = await self.get_state(AuthState), await self.get_state(ConfirmationState)
        facts: dict[str, Any] = {"purpose": Purpose.CONFIRM, "identity": current_user(), "next_path": auth._path_and_query()}
        try:
            await self._go(name, auth._client(), **facts)
        except FORM_ERRORS as error:
            confirmation.error, confirmation.wait = in_words(error), error.retry_after_seconds

    async def _go(self, name: str, client: Client, **facts: Any) -> None:
        url = await in_thread(begin, get_service(), str(name), client, origin=self.router.url.origin, **facts)
        self.command, self.is_going = {"id": secrets.token_urlsafe(6), "to": url}, True


@dataclass
class Face:
    """What a button shows of a provider: `label`, which people read, and its logo. `name` is that in the settings."""

    name: str
    label: str
    view_box: str
    markup: str


def face_of(provider: Provider) -> Face:
    """A provider without a logo has that of OpenID Connect."""
    return Face(provider.name, provider.label, *LOGOS.get(provider.kind, LOGOS["oidc"]))


def plain_button(face: Face, text: str, *, class_name: str = "", **props: Any) -> rx.Component:
    """A button with the provider's logo."""
    return rx.el.button(
        ProviderLogo.create(view_box=face.view_box, markup=face.markup, class_name="size-5 shrink-0"),
        text.format(provider=face.label),
        class_name=f"{style.SECONDARY} gap-3 {class_name}",
        **props,
    )


def provider_button(provider: Provider, text: str, on_click: Any, *, class_name: str = "") -> rx.Component:
    """It is a form, so that a click before the page is ready waits for it (`forms.js`)."""
    button = plain_button(face_of(provider), text, class_name=class_name, type="submit", disabled=True)
    return auth_form(button, on_submit=on_click, is_busy=DepartureState.is_going)


def departure() -> rx.Component:
    """Is part of every page, and leaves it."""
    return Departure.create(command=DepartureState.command)


def login_section() -> rx.Component:
    """The buttons on the login page and on that for new accounts."""
    each = [
        provider_button(one, site.texts.providers.go_on_with, DepartureState.log_in(one.name), class_name="w-full")
        for one in providers_of(get_service())
    ]
    return rx.el.div(*each, class_name="space-y-3")
