"""The section in which a person who has a passkey removes their password, or sets one again."""

from typing import Any, TypedDict

import reflex as rx

from rxapp.auth.core.database.outages import FORM_ERRORS, DatabaseUnavailable
from rxapp.auth.core.errors import AuthError, RevocationReason
from rxapp.auth.features.passkeys.rules.own_password import overview_of, remove_password, set_password
from rxapp.auth.http.runtime.service import get_service, in_hashing_thread, in_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.auth_state.visits import is_new_visit
from rxapp.auth.web.guards import event
from rxapp.auth.web.open_pages.registry import log_out_all
from rxapp.auth.web.pages.parts.new_password import StrengthState, new_password_fields, require_same, say_minimum_for
from rxapp.auth.web.pages.parts.wrong_fields import wrong_field
from rxapp.auth.web.reflex_internals.state_trees import page_client
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.asking_button import asking_button
from rxapp.auth.web.ui.components.passing_notice import Said, passing_notice, said
from rxapp.auth.web.ui.fields import about_no_field, notices, section
from rxapp.auth.web.ui.forms import auth_form, submit_button, text_in


class NewPasswordForm(TypedDict):
    """The form's fields."""

    new_password: str
    new_password_again: str


class OwnPasswordState(rx.State):
    """Whether the person has a password, and whether they could do without it."""

    has_password: bool = True
    has_another_way: bool = False
    said: Said = Said()
    error: str = ""
    wrong: str = ""
    wait: int = 0
    is_busy: bool = False

    @event
    async def load(self) -> None:
        """On load, and when another way in was added or removed."""
        self.is_busy = False
        if await is_new_visit(self):
            self._forget_answers()
        await self._load()

    @event(fresh=True, strength="best")
    async def remove(self) -> None:
        """Remove the password."""
        self._forget_answers()
        try:
            ended = await in_thread(remove_password, get_service(), current_user(), page_client(self))
        except FORM_ERRORS as error:
            self._refuse(error)
        else:
            log_out_all(ended, RevocationReason.PASSWORD_REMOVED)
            self.said = said(site.texts.passkeys.password_removed)
        await self._load()

    @event(fresh=True, strength="best")
    async def set_one(self, form: NewPasswordForm) -> Any:
        """Set a password."""
        self._forget_answers()
        self.is_busy = True
        yield
        self.is_busy = False
        try:
            require_same(form)
            new = text_in(form, "new_password")
            await in_hashing_thread(set_password, get_service(), current_user(), new, page_client(self))
        except FORM_ERRORS as error:
            self._refuse(error)
            yield rx.set_focus(self.wrong or "new_password")
        else:
            (await self.get_state(StrengthState)).reset()
            self.said = said(site.texts.passkeys.password_set)
        await self._load()

    def _forget_answers(self) -> None:
        self.said, self.error, self.wrong, self.wait = Said(), "", "", 0

    def _refuse(self, error: AuthError | DatabaseUnavailable) -> None:
        self.error, self.wrong, self.wait = in_words(error), wrong_field(error), error.retry_after_seconds

    async def _load(self) -> None:
        self.has_password, self.has_another_way = await in_thread(overview_of, get_service(), current_user())
        await say_minimum_for(self, await in_thread(get_service().accounts.profile_of, current_user()))


def password_section() -> rx.Component:
    """The section. It needs `OwnPasswordState.load` on load."""
    texts, state = site.texts.passkeys, OwnPasswordState
    removal = asking_button(
        texts.remove_password,
        question=texts.remove_password_question,
        why=texts.remove_password_why,
        on_confirm=state.remove,
    )
    with_password = rx.cond(
        state.has_another_way,
        rx.fragment(rx.el.p(texts.with_password, class_name=style.TEXT + " mb-4"), removal),
        rx.el.p(texts.password_needs_passkey, class_name=style.TEXT),
    )
    return rx.fragment(
        section(
            texts.password,
            notices("", about_no_field(state), state.wait),
            rx.cond(state.has_password, with_password, _form()),
        ),
        passing_notice(state.said),
    )


def _form() -> rx.Component:
    texts, state = site.texts.passkeys, OwnPasswordState
    return rx.fragment(
        rx.el.p(texts.without_password, class_name=style.TEXT + " mb-4"),
        auth_form(
            new_password_fields(state, is_new=True),
            submit_button(texts.set_password, texts.setting_password, is_busy=state.is_busy, class_name=style.PRIMARY),
            on_submit=state.set_one,
            is_busy=state.is_busy,
            class_name="max-w-sm",
        ),
    )
