"""The page behind the links in messages.

Mail programs open links, and some run the page's scripts. So opening it does nothing: only the button does. The token is in the
fragment, which browsers never send: it is in no log of a server or a proxy, and in no `Referer`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Unpack
from uuid import UUID

import reflex as rx

from rxapp.auth.core.database.outages import FORM_ERRORS, DatabaseUnavailable
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import AuthError, RevocationReason
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.login.email_errors import MailedProofEnded
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.email.pages.link_views import ELSEWHERE, FOR_ANOTHER, link_views
from rxapp.auth.features.email.rules import own_address, proof_rows, proofs, recovery
from rxapp.auth.features.email.rules.own_address import MailedCode
from rxapp.auth.features.email.rules.proof_rows import Purpose, StoredProof
from rxapp.auth.http.runtime.hooks import get_hooks
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.auth_state.state import IN, AuthState
from rxapp.auth.web.guards import event
from rxapp.auth.web.open_pages.registry import log_out_all
from rxapp.auth.web.pages.login import LoginState
from rxapp.auth.web.pages.parts.onward import go_on
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import device_in_words, in_words
from rxapp.auth.web.ui.components.fragment_watch import FragmentWatch
from rxapp.auth.web.ui.fields import form_page, notices
from rxapp.auth.web.ui.slots import Slots


class MailLinkState(rx.State):
    """What the link is for, whose it is, and what has become of it. `code` is shown to be typed in another browser."""

    purpose: str = ""
    user_name: str = ""
    address: str = ""
    device: str = ""
    network: str = ""
    code: str = ""
    said: str = ""
    error: str = ""
    wait: int = 0
    is_busy: bool = False

    @event(public=True, signs_in=True)
    async def prepare(self) -> None:
        """On load: say what the link is for. Nothing is changed."""
        self.reset()
        try:
            proof, user = await in_thread(proofs.by_link, get_service(), self.router.url.fragment)
        except MailedProofEnded:
            self.error = site.texts.mail_link.ended
        else:
            await self._show(proof, user)

    @event(public=True, signs_in=True)
    async def log_in(self) -> Any:
        """Log in with the link, or go on to the new password."""
        self._begin()
        yield
        self.is_busy = False
        auth = await self.get_state(AuthState)
        client = auth._client()
        try:
            logged_in = await in_thread(recovery.log_in, get_service(), client, link=self.router.url.fragment)
            await get_hooks().logged_in(logged_in.pair, client)
            await auth._begin(logged_in.pair)
        except LoginIncomplete as incomplete:
            yield await (await self.get_state(LoginState))._hand_over(incomplete)
        except FORM_ERRORS as error:
            self._refuse(error)
        else:
            yield go_on(self)

    @event(public=True, signs_in=True)
    async def show_code(self) -> None:
        """Show the code that belongs into the browser that has asked."""
        self._begin()
        self.is_busy = False
        try:
            self.code = await in_thread(_code_of, self.router.url.fragment)
        except FORM_ERRORS as error:
            self._refuse(error)

    @event(public=True)
    async def refuse(self) -> None:
        """Somebody else has asked: their code is worth nothing any more."""
        await self._act(_spend, site.texts.mail_link.refused)

    @event(signs_in=True)
    async def confirm(self) -> None:
        """Confirm the address of whoever is logged in."""
        await self._act(partial(_confirm, current_user()), site.texts.mail_link.confirmed)

    @event(public=True)
    async def undo(self) -> None:
        """Take a change of the address back."""
        await self._act(own_address.undo, site.texts.mail_link.undone)

    @event(public=True)
    async def disown(self) -> None:
        """Somebody else was it."""
        await self._act(own_address.disown, site.texts.mail_link.disowned)

    async def _act(self, operation: Callable[..., list[UUID] | None], done: str) -> None:
        self._begin()
        self.is_busy = False
        client = (await self.get_state(AuthState))._client()
        try:
            ended = await in_thread(_call, operation, self.router.url.fragment, client)
        except FORM_ERRORS as error:
            self._refuse(error)
        else:
            self.purpose, self.said = "", done
            log_out_all(ended or [], RevocationReason.DISOWNED)

    def _begin(self) -> None:
        self.is_busy, self.error, self.wait = True, "", 0

    def _refuse(self, error: AuthError | DatabaseUnavailable) -> None:
        if isinstance(error, MailedProofEnded):
            self.purpose, self.error = "", site.texts.mail_link.ended
        else:
            self.error, self.wait = in_words(error), error.retry_after_seconds

    async def _show(self, proof: StoredProof, user: User) -> None:
        auth = await self.get_state(AuthState)
        self.purpose, self.user_name, self.address = proof.purpose, user.user_name, proof.address
        self.device, self.network = device_in_words(proof.device), proof.network
        if proof.purpose == Purpose.LOGIN and not recovery.is_here(proof, auth._client()):
            self.purpose = ELSEWHERE
        is_theirs = auth.status == IN and auth._identity is not None and auth._identity.user_id == user.id
        if proof.purpose == Purpose.CONFIRM and not is_theirs:
            self.purpose, self.user_name, self.address = FOR_ANOTHER, "", ""


def _call(operation: Callable[..., list[UUID] | None], link: str, client: Client) -> list[UUID] | None:
    return operation(get_service(), link, client)


def _code_of(link: str) -> str:
    service = get_service()
    proof, _ = proofs.by_link(service, link)
    return proofs.secrets_of(service.key_ring, proof).code


def _spend(service: AuthService, link: str, _client: Client) -> None:
    proof, _ = proofs.by_link(service, link)
    with service.database.transaction() as db:
        proof_rows.spend(db, proof, service.clock())


def _confirm(identity: Identity, service: AuthService, link: str, client: Client) -> None:
    own_address.confirm(service, identity, MailedCode(link), client)


def link_page(**slots: Unpack[Slots]) -> rx.Component:
    """It needs `MailLinkState.prepare` on load."""
    state: Any = MailLinkState
    return form_page(
        site.texts.mail_link.title,
        notices("", state.error, state.wait),
        notices(state.said, "", is_success=True),
        link_views(state),
        FragmentWatch.create(on_change=state.prepare),
        **slots,
    )
