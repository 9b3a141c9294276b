"""The form of the login page in which a person who must have a second factor adds an authenticator app, and their new codes."""

from typing import Any, TypedDict

import reflex as rx

from rxapp.auth.core.database.outages import FORM_ERRORS
from rxapp.auth.core.login.pending_logins import PendingLoginEnded
from rxapp.auth.core.login.second_factor import CODE, METHOD
from rxapp.auth.features.totp.pages.security_section import codes_file
from rxapp.auth.features.totp.pages.security_views import codes_view, secret_view
from rxapp.auth.features.totp.rules.enrolment import DEVICE_NAME
from rxapp.auth.features.totp.rules.factors import OTP
from rxapp.auth.features.totp.rules.qr_code import qr_code
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.login import LoginState
from rxapp.auth.web.pages.parts.onward import go_on
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.fields import beside, code_field
from rxapp.auth.web.ui.forms import auth_form, submit_button, text_in


class EnrolForm(TypedDict):
    """The form's one field."""

    code: str


class EnrolState(rx.State):
    """The secret that is shown. It belongs to the login that is under way."""

    secret: str = ""
    uri: str = ""
    qr_size: int = 1
    qr_path: str = ""

    @event(public=True, signs_in=True)
    async def prepare(self) -> None:
        """When the form is shown."""
        login, client = await self.get_state(LoginState), (await self.get_state(AuthState))._client()
        try:
            shown = await in_thread(get_service().login.begin_enrolment, login._pending, OTP, client)
        except PendingLoginEnded as error:
            await login.start_again()
            login.error = in_words(error)
            return
        except FORM_ERRORS as error:
            login.error = in_words(error)
            return
        self.uri = shown["uri"]
        self.secret = " ".join(shown["secret"][start : start + 4] for start in range(0, len(shown["secret"]), 4))
        self.qr_size, self.qr_path = await in_thread(qr_code, self.uri)

    @event(public=True, signs_in=True)
    async def submit(self, form: EnrolForm) -> Any:
        """Add the app if its code is right, and log in."""
        login = await self.get_state(LoginState)
        login.is_busy, login.error, login.wrong, login.wait = True, "", "", 0
        yield
        answers = {METHOD: OTP, CODE: text_in(form, "code"), DEVICE_NAME: site.texts.security.default_name}
        yield await login._complete(answers, focus="code")
        if not login._pending:
            self.secret, self.uri, self.qr_size, self.qr_path = "", "", 1, ""

    @event
    async def download_codes(self) -> Any:
        """The codes that are shown, as a text file."""
        return codes_file((await self.get_state(LoginState)).new_codes)

    @event
    async def leave(self) -> Any:
        """The person has stored the codes."""
        login = await self.get_state(LoginState)
        await login.start_again()
        return go_on(login)


def enrolment_form() -> rx.Component:
    """The QR code, the key, and the form for the app's first code."""
    texts, state = site.texts.second_factor, EnrolState
    return rx.el.div(
        rx.el.h2(texts.enrol_title, class_name=style.SUBHEADING + " mb-2"),
        rx.el.p(texts.enrol_why, class_name=style.TEXT + " mb-4"),
        secret_view(state),
        auth_form(
            code_field("code", beside(LoginState, "code")),
            submit_button(texts.submit, texts.busy, is_busy=LoginState.is_busy, class_name=style.SUBMIT),
            on_submit=state.submit,
            is_busy=LoginState.is_busy,
        ),
        rx.el.button(texts.back, type="button", on_click=LoginState.start_again, class_name=style.LINK + " mt-6"),
        on_mount=state.prepare,
    )


def new_codes() -> rx.Component:
    """The recovery codes of somebody who has just added their first factor."""
    codes: Any = LoginState.new_codes
    return rx.fragment(
        rx.el.h2(site.texts.security.recovery, class_name=style.SUBHEADING + " mb-2"),
        rx.el.p(site.texts.security.recovery_why, class_name=style.TEXT),
        codes_view(codes, on_download=EnrolState.download_codes, on_stored=EnrolState.leave),
    )
