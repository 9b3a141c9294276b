"""The section of a person's own passkeys. A new one is stored as soon as the browser has made it, and named afterwards."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict
from uuid import UUID

import reflex as rx

from rxapp.auth.core.database.outages import FORM_ERRORS, DatabaseUnavailable
from rxapp.auth.core.errors import AuthError, NotFound, RevocationReason
from rxapp.auth.core.identity.proved_key import base64url
from rxapp.auth.features.passkeys.pages.passkey_button import PasskeySignals, Prompting, why_failed
from rxapp.auth.features.passkeys.pages.security_views import adding_dialog, naming_dialog, own_passkeys_of
from rxapp.auth.features.passkeys.rules import own_passkeys
from rxapp.auth.features.passkeys.rules.relying_party import rp_id
from rxapp.auth.features.passkeys.rules.rows import StoredPasskey
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.auth_state.visits import is_new_visit, visit_of
from rxapp.auth.web.guards import event
from rxapp.auth.web.open_pages.registry import log_out_all
from rxapp.auth.web.pages.parts.wrong_fields import wrong_field
from rxapp.auth.web.reflex_internals.state_trees import page_client
from rxapp.auth.web.site import places as places_on
from rxapp.auth.web.site.places import places
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.ui.components.passing_notice import Said, passing_notice, said
from rxapp.auth.web.ui.fields import about_no_field, notices
from rxapp.auth.web.ui.forms import text_in


class NameForm(TypedDict):
    """The name of a passkey."""

    device_name: str


@dataclass
class PasskeyRow:
    """A passkey as shown. Times in ISO 8601, `last_used_at` empty if it was never used."""

    id: str
    name: str
    is_synced: bool
    created_at: str
    last_used_at: str


class PasskeysState(Prompting, rx.State):
    """What the section shows. `naming` is the id of the passkey that gets a name. `signal` is for `PasskeySignals`."""

    passkeys: list[PasskeyRow] = []
    asks_after_password: bool = False
    now: str = ""
    is_adding: bool = False
    naming: str = ""
    old_name: str = ""
    signal: dict[str, Any] = {}
    said: Said = Said()
    error: str = ""
    wrong: str = ""
    wait: int = 0
    is_busy: bool = False

    _handle: bytes = b""
    _known: list[str] = []
    _opened_in: int = 0
    """The visit in which the person has opened a dialog."""

    @event
    async def load(self) -> None:
        """On load: the passkeys."""
        self.is_busy = False
        if await is_new_visit(self):
            self._forget_answers()
        if self._opened_in != await visit_of(self):
            self.is_adding, self.naming = False, ""
        await self._load()

    @event(fresh=True, strength="best")
    async def open_dialog(self) -> None:
        """Show the dialog in which a passkey is added."""
        self._forget_answers()
        self.is_adding, self._opened_in = True, await visit_of(self)

    @event(fresh=True, strength="best")
    async def begin(self) -> None:
        """When the dialog is shown, and when its challenge becomes too old."""
        client = (await self.get_state(AuthState))._client()
        try:
            options, self._handle = await in_thread(own_passkeys.begin_adding, get_service(), current_user(), client)
        except FORM_ERRORS as error:
            self._refuse(error)
        else:
            self._offer(options)

    @event(fresh=True, strength="best")
    async def answer(self, answer: str) -> Any:
        """Add the passkey that the browser has made, and ask for its name."""
        self._forget_answers()
        self.is_busy = True
        yield
        self.is_busy = False
        client, default = (await self.get_state(AuthState))._client(), site.texts.passkeys.default_name
        about: dict[str, Any] = {"handle": self._handle, "default_name": default}
        try:
            taken = self._take(answer)
            added = await in_thread(own_passkeys.add, get_service(), current_user(), taken, client, **about)
        except FORM_ERRORS as error:
            self._refuse(error)
            yield PasskeysState.begin
            return
        self.is_adding, self.said = False, said(site.texts.passkeys.done)
        await self._load()
        self.naming = str(added)
        self.old_name = next(row.name for row in self.passkeys if row.id == self.naming)
        yield _others()

    @event
    async def fail(self, error_name: str) -> None:
        """Say why the browser has made none."""
        texts = site.texts.passkeys
        known = {"InvalidStateError": texts.known, "NotAllowedError": texts.not_added, "AbortError": texts.not_added}
        self._forget_answers()
        self.error = known.get(str(error_name)) or why_failed(error_name)

    @event
    async def cancel(self) -> None:
        """Close the dialogs."""
        self._forget_answers()
        self.is_adding, self.naming, self.options, self._challenge = False, "", {}, ""

    @event
    async def ask_for_name(self, passkey_id: str) -> None:
        """Open the dialog that names a passkey."""
        self._forget_answers()
        for row in self.passkeys:
            if row.id == passkey_id:
                self.naming, self.old_name, self._opened_in = row.id, row.name, await visit_of(self)

    @event(fresh=True, strength="best")
    async def rename(self, form: NameForm) -> Any:
        """Name the passkey."""
        if await self._act(own_passkeys.rename, self.naming, text_in(form, "device_name")) is not None:
            self.naming, self.said = "", said(site.texts.passkeys.renamed)
            await self._tell_authenticators()
        return rx.set_focus(self.wrong) if self.wrong else None

    @event(fresh=True, strength="best")
    async def remove(self, passkey_id: str) -> Any:
        """Remove the passkey."""
        ended = await self._act(own_passkeys.remove, passkey_id)
        if ended is None:
            return None
        log_out_all(ended, RevocationReason.PASSKEY_REMOVED)
        self.said = said(site.texts.passkeys.removed)
        await self._tell_authenticators()
        return _others()

    @event(fresh=True, strength="best")
    async def ask(self, asks: bool) -> Any:
        """Whether the password alone is enough."""
        self._forget_answers()
        asks = asks is True
        try:
            await in_thread(own_passkeys.ask_after_password, get_service(), current_user(), page_client(self), asks=asks)
        except FORM_ERRORS as error:
            self._refuse(error)
        await self._load()
        return _others()

    async def _act(self, operation: Callable[..., Any], passkey_id: str, *arguments: Any) -> Any:
        """What the operation returns, or an empty list in place of None; None if it was refused."""
        self._forget_answers()
        try:
            done = await in_thread(operation, get_service(), current_user(), _as_uuid(passkey_id), *arguments, page_client(self))
        except FORM_ERRORS as error:
            self._refuse(error)
            return None
        finally:
            await self._load()
        return done or []

    def _forget_answers(self) -> None:
        self.said, self.error, self.wrong, self.wait = Said(), "", "", 0

    def _refuse(self, error: AuthError | DatabaseUnavailable) -> None:
        self.error, self.wrong, self.wait = in_words(error), wrong_field(error), error.retry_after_seconds

    async def _load(self) -> None:
        found, _ = await in_thread(own_passkeys.overview_of, get_service(), current_user())
        self.passkeys = [_row(each) for each in found]
        self.asks_after_password = any(each.asks_after_password for each in found)
        self.now = get_service().clock().isoformat()
        self._handle = found[0].user_handle if found else self._handle
        self._known = [base64url(each.credential_id) for each in found]

    async def _tell_authenticators(self) -> None:
        """After a change. The handle of the last passkey is known for so long, that its authenticator can be told too."""
        person, settings = current_user(), get_service().settings
        names = {"name": person.user_name, "displayName": person.display_name}
        told = {"rpId": rp_id(settings), "userId": base64url(self._handle), "allAcceptedCredentialIds": self._known}
        self.signal = {"id": secrets.token_urlsafe(6)} | told | names


def _others() -> list[Any]:
    """What the other sections show depends on the passkeys, such as whether there may be recovery codes."""
    return [load for load in places.loads(places_on.SECURITY) if load is not PasskeysState.load]


def _row(found: StoredPasskey) -> PasskeyRow:
    used = found.last_used_at.isoformat() if found.last_used_at else ""
    return PasskeyRow(str(found.id), found.name, found.is_backed_up, found.created_at.isoformat(), used)


def _as_uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except (ValueError, AttributeError, TypeError):
        raise NotFound from None


def passkeys_section() -> rx.Component:
    """The passkeys. It needs `PasskeysState.load` on load."""
    state: Any = PasskeysState
    is_open = state.is_adding | (state.naming != "")
    return rx.fragment(
        notices("", rx.cond(is_open, "", about_no_field(state)), class_name="mt-6 empty:hidden"),
        own_passkeys_of(state),
        adding_dialog(state),
        naming_dialog(state),
        passing_notice(state.said),
        PasskeySignals.create(command=state.signal),
    )
