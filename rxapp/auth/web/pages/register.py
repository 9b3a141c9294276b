"""The registration page: people make an account for themselves, and are then logged in."""

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict, Unpack

import reflex as rx

from rxapp.auth.core.database.outages import FORM_ERRORS
from rxapp.auth.core.identity.user_names import DISPLAY_NAME_MAXIMUM_LENGTH, USER_NAME_MAXIMUM_LENGTH
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.http.runtime.registration import register
from rxapp.auth.web.auth_state.state import IN, AuthState
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.login import LoginState, other_ways
from rxapp.auth.web.pages.parts.new_password import StrengthState, new_password_fields, require_same, say_minimum_for
from rxapp.auth.web.pages.parts.onward import go_on
from rxapp.auth.web.pages.parts.wrong_fields import wrong_field
from rxapp.auth.web.reflex_internals.components import link
from rxapp.auth.web.site import places as places_on
from rxapp.auth.web.site.places import places
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.texts import RegisterTexts
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.onward_link import onward_link
from rxapp.auth.web.ui.fields import about_no_field, beside, form_page, notices, text_field
from rxapp.auth.web.ui.forms import auth_form, submit_button, text_in
from rxapp.auth.web.ui.interpolation import sentence
from rxapp.auth.web.ui.slots import Slots, extra_in


class RegisterForm(TypedDict):
    """The form's own fields. The form also sends the fields that the app adds."""

    username: str
    display_name: str
    new_password: str
    new_password_again: str


class RegisterState(rx.State):
    """The error and its field, whether a registration is running, and whether the person was logged in when they came."""

    error: str = ""
    wrong: str = ""
    wait: int = 0
    is_busy: bool = False
    is_logged_in: bool = False

    @event(public=True)
    async def prepare(self) -> None:
        """On load: whoever is logged in has an account already."""
        self.is_logged_in = (await self.get_state(AuthState)).status == IN
        await say_minimum_for(self, None)

    @event(public=True, signs_in=True)
    async def submit(self, form: RegisterForm) -> Any:
        """Make the account and log in with it."""
        self.is_busy, self.error, self.wrong, self.wait = True, "", "", 0
        yield
        self.is_busy = False
        try:
            require_same(form)
            await self._register(form)
        except LoginIncomplete as incomplete:
            yield await (await self.get_state(LoginState))._hand_over(incomplete)
        except FORM_ERRORS as error:
            self.error, self.wrong, self.wait = in_words(error), wrong_field(error), error.retry_after_seconds
            yield rx.set_focus(self.wrong or "new_password")
        else:
            yield go_on(self)

    async def _register(self, form: RegisterForm) -> None:
        auth = await self.get_state(AuthState)
        user_name, display_name, password = (text_in(form, name) for name in ("username", "display_name", "new_password"))
        pair = await register(user_name, display_name, password, auth._client(), extra_fields=_extra_fields_in(form))
        await auth._begin(pair)
        (await self.get_state(StrengthState)).reset()


def require_other_names(extra_fields: Iterable[str]) -> None:
    """Raise `ValueError` if one of the names is our own: above all, the app's hook must not get the password."""
    if taken := RegisterForm.__annotations__.keys() & set(extra_fields):
        raise ValueError(f"the registration form has the field {', '.join(sorted(taken))} already: give yours another name")


def _extra_fields_in(form: Mapping[str, Any]) -> dict[str, str]:
    """The text in the fields that the app has declared. Other fields, sent by hand, are ignored."""
    return {name: text_in(form, name) for name in site.extra_fields}


def register_page(**slots: Unpack[Slots]) -> rx.Component:
    """The registration form in a card. With `RegisterState.prepare` on load, it says so to whoever is logged in."""
    texts = site.texts.register
    content = rx.cond(RegisterState.is_logged_in, _already(texts), _form(texts, slots))
    return form_page(texts.title, content, subtitle=texts.subtitle, **slots)


def _already(texts: RegisterTexts) -> rx.Component:
    user_name = rx.el.strong(AuthState.user_name)
    return rx.fragment(
        rx.el.p(*sentence(texts.already, user_name=user_name), role="status", class_name=style.TEXT),
        rx.el.div(
            link(texts.go_on, to=site.home_route, class_name=style.PRIMARY),
            rx.el.button(site.texts.user_menu.log_out, type="button", on_click=AuthState.log_out, class_name=style.SECONDARY),
            class_name="mt-6 flex gap-3",
        ),
    )


def _form(texts: RegisterTexts, slots: Slots) -> rx.Component:
    log_in = onward_link(site.texts.login.title, to=site.login_route, class_name=style.LINK)
    return rx.fragment(
        notices("", about_no_field(RegisterState), RegisterState.wait),
        auth_form(
            text_field(
                site.texts.login.username,
                "username",
                auto_complete="username",
                auto_capitalize="none",
                spell_check=False,
                auto_focus=True,
                required=True,
                max_length=USER_NAME_MAXIMUM_LENGTH,
                error=beside(RegisterState, "username"),
            ),
            text_field(
                texts.display_name,
                "display_name",
                auto_complete="name",
                max_length=DISPLAY_NAME_MAXIMUM_LENGTH,
                hint=texts.display_name_hint,
                error=beside(RegisterState, "display_name"),
            ),
            new_password_fields(RegisterState),
            extra_in(slots),
            submit_button(texts.submit, texts.busy, is_busy=RegisterState.is_busy, class_name=style.SUBMIT),
            on_submit=RegisterState.submit,
            is_busy=RegisterState.is_busy,
        ),
        other_ways(places.sections(places_on.REGISTER)),
        rx.el.p(*sentence(texts.have_one, log_in=log_in), class_name=style.SMALL + " mt-6"),
    )
