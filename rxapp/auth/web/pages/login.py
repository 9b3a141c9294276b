"""The login page: a plain function. Only `install_auth` registers it."""

from collections.abc import Awaitable, Mapping
from typing import Any, TypedDict, Unpack

import reflex as rx
from pydantic import ValidationError

from rxapp.auth.core.database.outages import FORM_ERRORS, DatabaseUnavailable
from rxapp.auth.core.errors import AuthError, InvalidCredentials
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.login.login import LoggedIn
from rxapp.auth.core.login.pending_logins import PendingLoginEnded, is_bound
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.http.api.schemas import LoginRequest
from rxapp.auth.http.runtime.hooks import get_hooks
from rxapp.auth.http.runtime.service import get_service, in_hashing_thread
from rxapp.auth.web.auth_state.leaving import kept_during_login
from rxapp.auth.web.auth_state.state import IN, AuthState
from rxapp.auth.web.guards import event
from rxapp.auth.web.open_pages.registry import log_out_open_pages
from rxapp.auth.web.pages.notices.storage_notice import storage_notice
from rxapp.auth.web.pages.parts.onward import go_on, wanted_path
from rxapp.auth.web.pages.parts.trust_device import offer_trust, trust_answers
from rxapp.auth.web.pages.parts.wrong_fields import wrong_field
from rxapp.auth.web.site import places as places_on
from rxapp.auth.web.site.places import places
from rxapp.auth.web.site.redirects import login_url, own_register_route
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.texts import LoginTexts
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.onward_link import onward_link
from rxapp.auth.web.ui.fields import about_no_field, form_page, notices, password_field, text_field
from rxapp.auth.web.ui.forms import auth_form, submit_button
from rxapp.auth.web.ui.interpolation import sentence
from rxapp.auth.web.ui.slots import Slots, extra_in


class LoginForm(TypedDict):
    """The form's fields."""

    username: str
    password: str


NEW_CODES = "new_recovery_codes"
"""In place of a stage: the person is logged in, and is shown their new recovery codes before they go on."""


@kept_during_login
class LoginState(rx.State):
    """What the login page shows: why the person is here, the error and its field, whether it is busy, the stage, its methods."""

    reason: str = ""
    error: str = ""
    wrong: str = ""
    wait: int = 0
    is_busy: bool = False
    stage: str = ""
    methods: list[str] = []
    new_codes: list[str] = []

    _pending: str = ""

    @event(public=True)
    async def prepare(self) -> Any:
        """On load, after `AuthState.enter`: say why the person is here, or go on if they are logged in already."""
        auth = await self.get_state(AuthState)
        handed_over, auth._handed_over = auth._handed_over, None
        if auth.status == IN:
            return None if self.stage == NEW_CODES and not auth._is_new_visit else go_on(self)
        self.is_busy = False
        if not auth._is_new_visit:
            return places.stage_loads.get(self.stage) or places.loads(places_on.LOGIN)
        await self.start_again()
        if handed_over is not None:
            await self._show(*handed_over)
        self.reason = site.texts.login.reasons.of(self.router.url.query_parameters.get("reason") or auth.ended_because)
        return places.loads(places_on.LOGIN)

    @event(public=True, signs_in=True)
    async def submit(self, form: LoginForm) -> Any:
        """Log in and go to the page that the person wanted."""
        self.is_busy, self.error, self.wrong, self.wait, self.reason = True, "", "", 0, ""
        yield
        auth = await self.get_state(AuthState)
        yield await self._finish(_check(form, auth._client()), focus="password")

    @event(public=True)
    async def start_again(self) -> None:
        """Leave the stage, and show the first form again."""
        self.error, self.wrong, self.wait, self.is_busy = "", "", 0, False
        self.stage, self._pending, self.new_codes = "", "", []
        (await self.get_state(AuthState))._has_login_under_way = False

    async def _complete(self, answers: Mapping[str, str], *, focus: str) -> Any:
        """Complete the stage that is shown: the form of a stage calls this. Returns the next event."""
        client, answers = (await self.get_state(AuthState))._client(), {**answers, **await trust_answers(self)}
        return await self._finish(in_hashing_thread(get_service().login.go_on, self._pending, answers, client), focus=focus)

    async def _finish(self, login: Awaitable[LoggedIn], *, focus: str) -> Any:
        auth = await self.get_state(AuthState)
        try:
            logged_in = await login
            await get_hooks().logged_in(logged_in.pair, auth._client())
            await auth._begin(logged_in.pair)
        except LoginIncomplete as incomplete:
            await self.start_again()
            await self._show(incomplete.stage, incomplete.pending_login, incomplete.methods)
            return None
        except PendingLoginEnded as error:
            await self.start_again()
            self.error = in_words(error)
            return None
        except FORM_ERRORS as error:
            return self._refuse(error, focus=focus)
        for session_id, reason in logged_in.ended.items():
            log_out_open_pages(session_id, reason)
        if logged_in.recovery_codes:
            await self.start_again()
            self.stage, self.new_codes = NEW_CODES, list(logged_in.recovery_codes)
            return None
        return go_on(self)

    def _refuse(self, error: AuthError | DatabaseUnavailable, *, focus: str) -> Any:
        """Show the error, beside its field if it is about one. Returns the event that moves the focus there, or to `focus`."""
        self.is_busy, self.error, self.wait = False, in_words(error), error.retry_after_seconds
        self.wrong = wrong_field(error)
        return rx.set_focus(self.wrong or focus)

    async def _hand_over(self, incomplete: LoginIncomplete, next_path: str | None = None) -> Any:
        """Take over a login that another page has begun, from which the person goes to `next_path`, or where that page says.

        Returns the event that leads to this page.
        """
        (await self.get_state(AuthState))._handed_over = (incomplete.stage, incomplete.pending_login, incomplete.methods)
        wanted = wanted_path(self) if next_path is None else next_path
        return rx.redirect(login_url(site.login_route, next_path=wanted), replace=True)

    async def _show(self, stage: str, pending_login: str, methods: tuple[str, ...]) -> None:
        """Show the form of the stage."""
        self.stage, self._pending, self.methods = stage, pending_login, list(methods)
        (await self.get_state(AuthState))._has_login_under_way = is_bound(pending_login)
        await offer_trust(self)


async def _check(form: LoginForm, client: Client) -> LoggedIn:
    """The pair for a correct user name and password. A malformed form gets the same error as a wrong password."""
    try:
        request = LoginRequest.model_validate(form)
    except ValidationError as error:
        raise InvalidCredentials from error
    return LoggedIn(await in_hashing_thread(get_service().log_in, request.username, request.password, client), {})


def login_page(*, register_route: str | None = None, **slots: Unpack[Slots]) -> rx.Component:
    """The login form in a card. It needs `LoginState.prepare` on load.

    `register_route` is the page to register, by default our own; empty for no link.
    """
    texts = site.texts.login
    first = rx.fragment(
        _login_form(texts, slots),
        other_ways(places.sections(places_on.LOGIN)),
        _register_link(texts, own_register_route() if register_route is None else register_route),
    )
    stages = [(name, view()) for name, view in places.stage_forms.items()]
    return form_page(
        texts.title,
        storage_notice(asks=True),
        notices(LoginState.reason, about_no_field(LoginState), LoginState.wait),
        rx.match(LoginState.stage, *stages, first) if stages else first,
        subtitle=texts.subtitle,
        **slots,
    )


def _login_form(texts: LoginTexts, slots: Slots) -> rx.Component:
    return auth_form(
        text_field(
            texts.username,
            "username",
            auto_complete=places.username_autocomplete,
            auto_capitalize="none",
            spell_check=False,
            auto_focus=True,
            required=True,
            max_length=256,
            hint=places.username_hint() if places.username_hint is not None else None,
        ),
        password_field(texts.password, "password", auto_complete="current-password"),
        *places.sections(places_on.LOGIN_FORM),
        extra_in(slots),
        submit_button(texts.submit, texts.busy, is_busy=LoginState.is_busy, class_name=style.SUBMIT + " mt-6"),
        on_submit=LoginState.submit,
        is_busy=LoginState.is_busy,
    )


def other_ways(ways: list[rx.Component]) -> rx.Component:
    """Further ways to log in, which features add, below a line."""
    texts = site.texts.login
    if not ways:
        return rx.fragment()
    line = rx.el.span(class_name=style.themed("h-px flex-1 bg-@line"))
    return rx.fragment(
        rx.el.div(line, texts.or_, line, class_name="my-6 flex items-center gap-3 " + style.SMALL),
        rx.el.div(*ways, class_name="space-y-3"),
    )


def _register_link(texts: LoginTexts, route: str) -> rx.Component:
    if not route:
        return rx.fragment()
    register = onward_link(texts.register, to=route, class_name=style.LINK)
    return rx.el.p(*sentence(texts.new_here, register=register), class_name=style.SMALL + " mt-6")
