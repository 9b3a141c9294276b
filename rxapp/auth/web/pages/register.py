"""The page on which people make an account for themselves, and are signed in with it."""

from typing import Any, TypedDict

import reflex as rx
from reflex_components_core.react_router import link

from rxapp.auth.clients import Client
from rxapp.auth.errors import InputRefused, PasswordRefused
from rxapp.auth.outages import SAID_IN_PLACE
from rxapp.auth.token_pairs import TokenPair
from rxapp.auth.users import DISPLAY_NAME_MAXIMUM_LENGTH, USER_NAME_MAXIMUM_LENGTH
from rxapp.auth.web.forms import auth_form, submit_button, text_in
from rxapp.auth.web.guards import event
from rxapp.auth.web.hooks import Registration
from rxapp.auth.web.pages import style
from rxapp.auth.web.pages.fields import form_page, notices, text_field
from rxapp.auth.web.pages.new_password import MISMATCH, StrengthState, new_password_fields
from rxapp.auth.web.runtime import get_service, in_hashing_thread
from rxapp.auth.web.site import site
from rxapp.auth.web.state import AuthState


class RegisterForm(TypedDict):
    """The form's fields."""

    username: str
    display_name: str
    new_password: str
    new_password_again: str


class RegisterState(rx.State):
    """What went wrong, and whether it is at work."""

    error: str = ""
    wait: int = 0
    is_busy: bool = False

    @event(public=True, signs_in=True)
    async def submit(self, form: RegisterForm) -> Any:
        """Make the account and sign in with it."""
        self.is_busy, self.error, self.wait = True, "", 0
        yield
        self.is_busy = False
        try:
            if text_in(form, "new_password") != text_in(form, "new_password_again"):
                raise PasswordRefused(MISMATCH)
            await self._register(form)
        except SAID_IN_PLACE as error:
            self.error, self.wait = error.message, error.retry_after_seconds
            is_about_the_name = isinstance(error, InputRefused) and not isinstance(error, PasswordRefused)
            yield rx.set_focus("username" if is_about_the_name else "new_password")
        else:
            yield rx.redirect(site.home_route, replace=True)

    async def _register(self, form: RegisterForm) -> None:
        auth = await self.get_state(AuthState)
        client = auth._client()
        registration, pair = await in_hashing_thread(_register_and_log_in, form, client)
        await site.hooks.registered(registration, client)
        await site.hooks.logged_in(pair, client)
        await auth._begin(pair)
        (await self.get_state(StrengthState)).reset()


def _register_and_log_in(form: RegisterForm, client: Client) -> tuple[Registration, TokenPair]:
    """In one call, so that nobody who has been let into the line is turned away between the two."""
    service, user_name, password = get_service(), text_in(form, "username"), text_in(form, "new_password")
    user = service.accounts.register(user_name, text_in(form, "display_name"), password, client)
    return Registration(user.id, user.user_name, user.display_name), service.log_in(user_name, password, client)


def register_page(*, title: str = "Create an account", logo: rx.Component | None = None) -> rx.Component:
    """The registration form in a card. Slots: `title`, and a `logo` above it."""
    return form_page(
        title,
        logo or rx.fragment(),
        notices(rx.Var.create(""), RegisterState.error, RegisterState.wait),
        auth_form(
            text_field(
                "Username",
                "username",
                auto_complete="username",
                auto_capitalize="none",
                spell_check=False,
                auto_focus=True,
                required=True,
                max_length=USER_NAME_MAXIMUM_LENGTH,
            ),
            text_field(
                "Display name",
                "display_name",
                auto_complete="name",
                max_length=DISPLAY_NAME_MAXIMUM_LENGTH,
                hint="What others see. You may leave it empty.",
            ),
            new_password_fields(),
            submit_button("Create account", "Creating…", is_busy=RegisterState.is_busy, class_name=style.SUBMIT),
            on_submit=RegisterState.submit,
            is_busy=RegisterState.is_busy,
        ),
        rx.el.p(
            "Have one already? ", link("Log in", to=site.login_route, class_name=style.LINK), class_name=style.SMALL + " mt-6"
        ),
    )
