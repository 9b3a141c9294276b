"""The page of a set-password link, where a person sets their password, and the form of the stage on the login page.

The link's token is in the URL's fragment. Browsers do not send the fragment. So the token is in no log of a server or proxy, and
in no `Referer`.
"""

from contextlib import suppress
from typing import Any, TypedDict, Unpack

import reflex as rx

from rxapp.auth.core.database.outages import FORM_ERRORS
from rxapp.auth.core.errors import InvalidToken, PasswordRefused
from rxapp.auth.core.login.pending_logins import PendingLogin, PendingLoginEnded
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.features.new_password.rules import ANSWER, LINK, NewPasswordStage, log_in_by_link
from rxapp.auth.http.runtime.hooks import get_hooks
from rxapp.auth.http.runtime.service import get_service, in_hashing_thread, in_thread
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.auth_state.visits import is_new_visit
from rxapp.auth.web.guards import event
from rxapp.auth.web.open_pages.registry import log_out_open_pages
from rxapp.auth.web.pages.login import LoginState
from rxapp.auth.web.pages.parts.new_password import new_password_fields, require_same, say_minimum_for
from rxapp.auth.web.pages.parts.onward import go_on
from rxapp.auth.web.pages.parts.password_link import SET_PASSWORD
from rxapp.auth.web.pages.parts.wrong_fields import wrong_field
from rxapp.auth.web.site.places import FeaturePage, places
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.fragment_watch import FragmentWatch
from rxapp.auth.web.ui.fields import about_no_field, form_page, notices
from rxapp.auth.web.ui.forms import auth_form, submit_button, text_in
from rxapp.auth.web.ui.interpolation import sentence
from rxapp.auth.web.ui.slots import Slots, extra_in

__all__ = ["SetPasswordState", "set_password_page"]


class SetPasswordForm(TypedDict):
    """The form's fields."""

    new_password: str
    new_password_again: str


class NewPasswordState(rx.State):
    """The form of the stage on the login page. `is_by_link`: a link or a code from a message has led there."""

    is_by_link: bool = False

    @event(public=True)
    async def prepare(self) -> None:
        """When the form is shown: why, and how long the password must be for whoever is logging in."""
        login = await self.get_state(LoginState)
        with suppress(PendingLoginEnded):
            await say_minimum_for(self, await in_thread(get_service().login.require_pending, login._pending))
            self.is_by_link = LINK in PendingLogin.parse(login._pending)[0].amr

    @event(public=True, signs_in=True)
    async def submit(self, form: SetPasswordForm) -> Any:
        """Log in with the new password."""
        login = await self.get_state(LoginState)
        login.is_busy, login.error, login.wrong, login.wait = True, "", "", 0
        yield
        try:
            require_same(form)
        except PasswordRefused as error:
            yield login._refuse(error, focus="new_password")
            return
        yield await login._complete({ANSWER: text_in(form, "new_password")}, focus="new_password")


class SetPasswordState(rx.State):
    """The user whose password is set, the error and its field, and whether the form is busy."""

    user_name: str = ""
    error: str = ""
    wrong: str = ""
    wait: int = 0
    is_busy: bool = False

    @event(public=True)
    async def prepare(self) -> None:
        """On load: find the user of the link."""
        self.user_name, self.is_busy = "", False
        if await is_new_visit(self):
            self.error, self.wrong, self.wait = "", "", 0
        try:
            user = await in_thread(get_service().accounts.user_of_link, self._token())
        except InvalidToken:
            self.error = site.texts.set_password.spent
        else:
            self.user_name = user.user_name
            await say_minimum_for(self, user)

    @event(public=True, signs_in=True)
    async def submit(self, form: SetPasswordForm) -> Any:
        """Set the password and log in with it."""
        self.is_busy, self.error, self.wrong, self.wait = True, "", "", 0
        yield
        self.is_busy = False
        auth = await self.get_state(AuthState)
        try:
            require_same(form)
            new_password, client = text_in(form, "new_password"), auth._client()
            logged_in = await in_hashing_thread(log_in_by_link, get_service(), self._token(), new_password, client)
            await get_hooks().logged_in(logged_in.pair, client)
            await auth._begin(logged_in.pair)
        except LoginIncomplete as incomplete:
            yield await (await self.get_state(LoginState))._hand_over(incomplete)
        except FORM_ERRORS as error:
            self.error = site.texts.set_password.spent if isinstance(error, InvalidToken) else in_words(error)
            self.wrong, self.wait = wrong_field(error), error.retry_after_seconds
            yield rx.set_focus(self.wrong or "new_password")
        else:
            for session_id, reason in logged_in.ended.items():
                log_out_open_pages(session_id, reason)
            yield go_on(self)

    def _token(self) -> str:
        return self.router.url.fragment


def set_password_page(**slots: Unpack[Slots]) -> rx.Component:
    """The form in a card. It needs `SetPasswordState.prepare` on load."""
    return form_page(
        site.texts.set_password.title,
        notices("", about_no_field(SetPasswordState), SetPasswordState.wait),
        rx.cond(SetPasswordState.user_name, _form(slots)),
        FragmentWatch.create(on_change=SetPasswordState.prepare),
        **slots,
    )


def _form(slots: Slots) -> rx.Component:
    texts, user_name = site.texts.set_password, rx.el.strong(SetPasswordState.user_name)
    return auth_form(
        rx.el.p(*sentence(texts.whose, user_name=user_name), class_name=style.TEXT + " mb-4"),
        # Password managers store the new password under this name.
        rx.el.input(auto_complete="username", default_value=SetPasswordState.user_name, read_only=True, class_name="hidden"),
        new_password_fields(SetPasswordState, is_new=True),
        extra_in(slots),
        submit_button(texts.submit, texts.busy, is_busy=SetPasswordState.is_busy, class_name=style.SUBMIT),
        on_submit=SetPasswordState.submit,
        is_busy=SetPasswordState.is_busy,
    )


def add_pages() -> dict[str, FeaturePage]:
    """Add the form of the stage. Returns the page of the link."""
    places.stage_forms[NewPasswordStage.name] = _stage_form
    return {SET_PASSWORD: FeaturePage(site.texts.set_password.title, set_password_page, SetPasswordState.prepare)}


def _stage_form() -> rx.Component:
    texts = site.texts.new_password
    return rx.el.div(
        rx.el.h2(texts.title, class_name=style.SUBHEADING + " mb-2"),
        rx.el.p(rx.cond(NewPasswordState.is_by_link, texts.why_link, texts.why), class_name=style.TEXT + " mb-4"),
        auth_form(
            new_password_fields(LoginState, is_new=True, auto_focus=True),
            submit_button(texts.submit, texts.busy, is_busy=LoginState.is_busy, class_name=style.SUBMIT),
            on_submit=NewPasswordState.submit,
            is_busy=LoginState.is_busy,
        ),
        rx.el.button(texts.back, type="button", on_click=LoginState.start_again, class_name=style.LINK + " mt-6"),
        on_mount=NewPasswordState.prepare,
    )
