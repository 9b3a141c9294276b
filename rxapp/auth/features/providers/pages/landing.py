"""The page to which people come back from a provider, with a ticket or an error in the fragment.

The fragment is in no log of a server or a proxy, and in no `Referer`. A reconnected page loads again: a ticket is good once.
"""

from typing import Any, Unpack
from urllib.parse import parse_qs

import reflex as rx

from rxapp.auth.core.database.outages import FORM_ERRORS, DatabaseUnavailable
from rxapp.auth.core.errors import AuthError, OtherDevice, RevocationReason
from rxapp.auth.core.login.provider_errors import ERRORS, ProviderLoginEnded, ProviderLoginRefused
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.features.providers import entering
from rxapp.auth.features.providers.rules import own_links
from rxapp.auth.features.providers.rules.login import PROVIDER, is_of
from rxapp.auth.features.providers.rules.transactions import Purpose
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.auth_state.state import IN, AuthState
from rxapp.auth.web.auth_state.visits import is_new_visit
from rxapp.auth.web.guards import event
from rxapp.auth.web.open_pages.registry import leave_replaced_session
from rxapp.auth.web.pages.login import LoginState
from rxapp.auth.web.pages.parts.routes import SECURITY
from rxapp.auth.web.reflex_internals.app import get_config
from rxapp.auth.web.reflex_internals.components import link
from rxapp.auth.web.site.redirects import login_url, own_path, path_in_app
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.fragment_watch import FragmentWatch
from rxapp.auth.web.ui.fields import form_page, notices
from rxapp.auth.web.ui.slots import Slots


class ProviderLandingState(rx.State):
    """What has become of it. `again` is the page on which the person can try again."""

    error: str = ""
    wait: int = 0
    again: str = ""

    _wanted: str = ""

    @event(public=True, signs_in=True)
    async def prepare(self) -> Any:
        """On load: use the ticket, or say the error."""
        auth, came = await self.get_state(AuthState), self._came()
        self.error, self.wait = "", 0
        is_login = came.get("for", Purpose.LOGIN) == Purpose.LOGIN
        self.again = login_url(site.login_route, next_path=self._next()) if is_login else self._next() or SECURITY
        if not is_login:
            if auth.status != IN:  # the session has ended meanwhile, and the ticket with it
                return rx.redirect(login_url(site.login_route, next_path=self._next() or SECURITY), replace=True)
            if came.get("ticket"):
                return ProviderLandingState.link if came.get("for") == Purpose.LINK else ProviderLandingState.confirm
            return self._refuse(ERRORS.get(came.get("error", ""), ProviderLoginRefused)())
        if auth.status == IN and await self._is_done(auth, came):
            return self._go_on()
        if not came.get("ticket"):
            return self._refuse(ERRORS.get(came.get("error", ""), ProviderLoginEnded)())
        return await self._log_in(came["ticket"], auth)

    @event(fresh=True, strength="best", signs_in=True)
    async def link(self) -> Any:
        """Link the account of the ticket to whoever is logged in."""
        client = (await self.get_state(AuthState))._client()
        try:
            await in_thread(own_links.link, get_service(), current_user(), self._came().get("ticket", ""), client)
        except FORM_ERRORS as error:
            return self._refuse(error)
        return self._go_on()

    @event(signs_in=True)
    async def confirm(self) -> Any:
        """Note that the person has confirmed who they are."""
        auth, service = await self.get_state(AuthState), get_service().confirmation
        ticket = self._came().get("ticket", "")
        try:
            confirmed = await in_thread(service.confirm, current_user(), PROVIDER, ticket, auth._client())
        except FORM_ERRORS as error:
            return self._refuse(error)
        if confirmed is not None:
            leave_replaced_session(confirmed.replaced, RevocationReason.PASSWORD_CONFIRMED)
            auth._go_on_with(confirmed)
        return self._go_on()

    async def _is_done(self, auth: AuthState, came: dict[str, str]) -> bool:
        """Whether nothing is left to do: the page is loaded again, or another tab of the same person has come back first."""
        if not await is_new_visit(self):
            return True
        person, ticket = auth._identity, came.get("ticket", "")
        if not ticket:
            return "error" not in came
        return person is not None and await in_thread(is_of, get_service(), person.user_id, ticket, auth._client())

    async def _log_in(self, ticket: str, auth: AuthState) -> Any:
        wanted = self._next()
        try:
            logged_in = await entering.log_in(ticket, auth._client())
            await auth._begin(logged_in.pair)
            self._wanted = wanted  # the page may be loaded once more before it is left, without its fragment
        except LoginIncomplete as incomplete:
            return await (await self.get_state(LoginState))._hand_over(incomplete, next_path=wanted)
        except FORM_ERRORS as error:
            if isinstance(error, ProviderLoginEnded) and auth.status == IN:
                return self._go_on()  # such as Back, after a login that has gone well
            return self._refuse(error)
        return self._go_on()

    def _came(self) -> dict[str, str]:
        try:
            fields = parse_qs(self.router.url.fragment, max_num_fields=8)
        except ValueError:
            return {}
        return {name: values[0] for name, values in fields.items()}

    def _next(self) -> str:
        return own_path(path_in_app(self._came().get("next", ""), get_config().frontend_path), otherwise=self._wanted)

    def _go_on(self) -> Any:
        return rx.redirect(self._next() or site.home_route, replace=True)

    def _refuse(self, error: AuthError | DatabaseUnavailable) -> None:
        told = ProviderLoginEnded() if isinstance(error, OtherDevice) else error
        self.error, self.wait = in_words(told), error.retry_after_seconds


def landing_page(**slots: Unpack[Slots]) -> rx.Component:
    """It needs `ProviderLandingState.prepare` on load."""
    texts, state = site.texts.providers, ProviderLandingState
    title: Any = rx.cond(state.error, texts.failed_title, texts.landing_title)
    waiting = rx.el.p(texts.waiting, role="status", class_name=style.TEXT)
    return form_page(
        title,
        notices("", state.error, state.wait),
        rx.cond(state.error, link(texts.again, to=state.again, class_name=style.PRIMARY), waiting),
        FragmentWatch.create(on_change=state.prepare),
        **slots,
    )
