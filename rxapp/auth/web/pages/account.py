"""A person's own account: change the name, change the password, delete the account."""

from typing import Any, NotRequired, TypedDict, Unpack

import reflex as rx

from rxapp.auth.core.accounts.users import has_password
from rxapp.auth.core.database.outages import FORM_ERRORS, DatabaseUnavailable
from rxapp.auth.core.errors import AuthError, InputRefused, RevocationReason
from rxapp.auth.core.sessions.replacement import Replacement
from rxapp.auth.http.runtime.service import get_service, in_hashing_thread, in_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.auth_state.visits import is_new_visit
from rxapp.auth.web.guards import event
from rxapp.auth.web.open_pages.registry import leave_replaced_session, log_out_all
from rxapp.auth.web.pages.parts.account_frame import account_frame
from rxapp.auth.web.pages.parts.account_sections import DELETION, PASSWORD, deletion, password, profile
from rxapp.auth.web.pages.parts.new_password import StrengthState, require_same, say_minimum_for
from rxapp.auth.web.pages.parts.routes import ACCOUNT
from rxapp.auth.web.pages.parts.wrong_fields import wrong_field
from rxapp.auth.web.reflex_internals.state_trees import page_client
from rxapp.auth.web.site import places as places_on
from rxapp.auth.web.site.places import places
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.ui.components.passing_notice import Said, passing_notice, said
from rxapp.auth.web.ui.forms import text_in
from rxapp.auth.web.ui.slots import Slots


class ProfileForm(TypedDict):
    """The name that others see."""

    display_name: str


class PasswordForm(TypedDict):
    """The form's fields. `ends_others` is there only if the box was ticked."""

    current_password: str
    new_password: str
    new_password_again: str
    ends_others: NotRequired[str]


class DeletionForm(TypedDict):
    """The password, which the deletion of the account requires."""

    deletion_password: str


class AccountState(rx.State):
    """What the account page shows. `wrong` is the field or the form (`PASSWORD`, `DELETION`) that the error is about.

    When `password_form` changes, an empty form replaces the one that was sent.
    """

    user_name: str = ""
    display_name: str = ""
    has_password: bool = True
    other_sessions: int = 0
    said: Said = Said()
    error: str = ""
    wrong: str = ""
    wait: int = 0
    password_form: int = 0
    is_busy: bool = False

    @event
    async def load(self) -> None:
        """On load: the profile, without messages of before."""
        self.is_busy = False
        if await is_new_visit(self):
            self._forget_answers()
        await self._load()

    @event
    async def rename(self, form: ProfileForm) -> Any:
        """Change the name that others see."""
        self._forget_answers()
        try:
            await in_thread(get_service().accounts.rename, current_user(), text_in(form, "display_name"), page_client(self))
        except InputRefused as error:
            return self._refuse(error)
        await self._load()
        self.said = said(site.texts.account.saved)
        return None

    @event(signs_in=True, strength="best")
    async def change_password(self, form: PasswordForm) -> Any:
        """Change the password. A new session replaces this one, and the others end too if the person wants it."""
        self._forget_answers()
        self.is_busy = True
        yield
        self.is_busy = False
        try:
            changed = await self._change_password(form)
        except FORM_ERRORS as error:
            yield self._refuse(error, form=PASSWORD, proof="current_password")
        else:
            yield  # sends the new pair to the browser before anything else
            (await self.get_state(StrengthState)).reset()
            await self._load()
            self.password_form += 1
            self.said = said(site.texts.account.password_changed.of(len(changed.others)))

    async def _change_password(self, form: PasswordForm) -> Replacement:
        require_same(form)
        auth = await self.get_state(AuthState)
        changed = await in_hashing_thread(
            get_service().accounts.change_password,
            current_user(),
            text_in(form, "current_password"),
            text_in(form, "new_password"),
            auth._client(),
            ends_other_sessions="ends_others" in form,
        )
        log_out_all(changed.others, RevocationReason.PASSWORD_CHANGED)
        leave_replaced_session(changed.replaced, RevocationReason.PASSWORD_CHANGED)
        auth._go_on_with(changed)
        return changed

    @event(strength="best")
    async def delete(self, form: DeletionForm) -> Any:
        """Delete the account, and send all its pages to the login page."""
        self._forget_answers()
        self.is_busy = True
        yield
        self.is_busy = False
        try:
            delete = get_service().accounts.delete
            ended = await in_hashing_thread(delete, current_user(), text_in(form, "deletion_password"), page_client(self))
        except FORM_ERRORS as error:
            yield self._refuse(error, form=DELETION, proof="deletion_password")
        else:
            log_out_all(ended, RevocationReason.ACCOUNT_DELETED)
            auth = await self.get_state(AuthState)
            yield auth._log_out_of(current_user().session_id, RevocationReason.ACCOUNT_DELETED)

    @event(fresh=True, strength="best")
    async def delete_without_password(self) -> Any:
        """The same for a person who has none."""
        self._forget_answers()
        try:
            ended = await in_thread(get_service().accounts.delete_without_password, current_user(), page_client(self))
        except FORM_ERRORS as error:
            return self._refuse(error, form=DELETION)
        log_out_all(ended, RevocationReason.ACCOUNT_DELETED)
        auth = await self.get_state(AuthState)
        return auth._log_out_of(current_user().session_id, RevocationReason.ACCOUNT_DELETED)

    def _forget_answers(self) -> None:
        self.said, self.error, self.wrong, self.wait = Said(), "", "", 0

    def _refuse(self, error: AuthError | DatabaseUnavailable, *, form: str = "", proof: str = "") -> Any:
        """Show the error beside its field, or above the form. Returns the event that moves the focus there."""
        field = wrong_field(error, proof=proof)
        self.error, self.wrong, self.wait = in_words(error), field or form, error.retry_after_seconds
        return rx.set_focus(field or proof)

    async def _load(self) -> None:
        identity, accounts = current_user(), get_service().accounts
        user = await in_thread(accounts.profile_of, identity)
        self.user_name, self.display_name, self.has_password = user.user_name, user.display_name, has_password(user)
        await say_minimum_for(self, user)
        self.other_sessions = len(await in_thread(accounts.sessions_of, identity)) - 1


def account_page(**slots: Unpack[Slots]) -> rx.Component:
    """All sections of the account page. Ours are profile, password and deletion. It needs `AccountState.load` on load."""
    sections = places.sections(places_on.ACCOUNT)
    return account_frame(ACCOUNT, *sections, passing_notice(AccountState.said), **slots)


def add_account_sections() -> None:
    """Add our sections to the account page."""
    for order, view in ((10, _profile), (20, _password), (90, _deletion)):
        places.add_section(places_on.ACCOUNT, view, order=order)


def _profile() -> rx.Component:
    return profile(AccountState)


def _password() -> rx.Component:
    return password(AccountState)


def _deletion() -> rx.Component:
    return deletion(AccountState)
