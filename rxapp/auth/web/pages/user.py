"""One user, for administrators: name, roles, whether they may log in, their sessions, and their security events."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypedDict, Unpack
from uuid import UUID

import reflex as rx

from rxapp.auth.core.accounts.users import has_password
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import AuthError, InputRefused, NotFound, RevocationReason
from rxapp.auth.core.identity.user_names import ADMIN_ROLE
from rxapp.auth.http.runtime.declared_roles import known_roles
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.auth_state.visits import is_new_visit
from rxapp.auth.web.guards import event
from rxapp.auth.web.open_pages.registry import log_out_all
from rxapp.auth.web.pages.parts.account_frame import person_frame
from rxapp.auth.web.pages.parts.event_rows import EventRow, event_rows
from rxapp.auth.web.pages.parts.password_link import password_link_url
from rxapp.auth.web.pages.parts.session_rows import SessionRow, session_rows
from rxapp.auth.web.pages.parts.user_head import user_head, user_is_gone
from rxapp.auth.web.pages.parts.user_sections import deletion, events, roles, sessions
from rxapp.auth.web.pages.parts.wrong_fields import wrong_field
from rxapp.auth.web.reflex_internals.state_trees import acting
from rxapp.auth.web.site import places as places_on
from rxapp.auth.web.site.places import places
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.passing_notice import Said, passing_notice, said
from rxapp.auth.web.ui.fields import about_no_field, notices
from rxapp.auth.web.ui.forms import text_in
from rxapp.auth.web.ui.slots import Slots

SHOWN_EVENTS = 20


class EditForm(TypedDict):
    """The name that others see."""

    display_name: str


class RoleForm(TypedDict):
    """The name of a role that no guard of this app asks for."""

    role: str


@dataclass
class RoleRow:
    """A role, and whether the user has it."""

    name: str
    is_held: bool


class UserState(rx.State):
    """The user of the page's `id`, as an administrator sees them. Times in ISO 8601. `deleted` names one just deleted."""

    user_name: str = ""
    display_name: str = ""
    is_disabled: bool = False
    has_password: bool = True
    created_at: str = ""
    last_seen_at: str = ""
    roles: list[RoleRow] = []
    sessions: list[SessionRow] = []
    events: list[EventRow] = []
    now: str = ""
    is_editing: bool = False
    said: Said = Said()
    error: str = ""
    wrong: str = ""
    link: str = ""
    deleted: str = ""

    @event(roles=[ADMIN_ROLE])
    async def load(self) -> None:
        """On load: all about the user."""
        if await is_new_visit(self):
            self._forget_answers()
            self.is_editing, self.deleted = False, ""
        await self._load()

    @event(roles=[ADMIN_ROLE])
    async def open_form(self) -> None:
        """Open the dialog that changes the user's name."""
        self._forget_answers()
        self.is_editing = True

    @event(roles=[ADMIN_ROLE])
    async def close_form(self) -> None:
        """Close that dialog."""
        self._forget_answers()
        self.is_editing = False

    @event(roles=[ADMIN_ROLE], fresh=True)
    async def rename(self, form: EditForm) -> Any:
        """Change the name that others see."""
        if await self._act(get_service().administration.rename, text_in(form, "display_name")) is None and self.wrong:
            return rx.set_focus(self.wrong)
        self.is_editing = False
        return None

    @event(roles=[ADMIN_ROLE], fresh=True)
    async def toggle_role(self, role: str) -> None:
        """Give the role, or remove it if the page shows that the user has it. This takes effect at once, on open pages too."""
        administration = get_service().administration
        is_held = any(row.name == role and row.is_held for row in self.roles)
        await self._act(administration.take_role if is_held else administration.give_role, role)

    @event(roles=[ADMIN_ROLE], fresh=True)
    async def add_role(self, form: RoleForm) -> None:
        """Give a role that is not in the list."""
        await self._act(get_service().administration.give_role, text_in(form, "role"))

    @event(roles=[ADMIN_ROLE], fresh=True)
    async def disable(self) -> None:
        """Disable the user: no more logins, and all sessions end."""
        log_out_all(await self._act(get_service().administration.disable) or (), RevocationReason.USER_DISABLED)

    @event(roles=[ADMIN_ROLE], fresh=True)
    async def enable(self) -> None:
        """Enable the user: logins work again."""
        await self._act(get_service().administration.enable)

    @event(roles=[ADMIN_ROLE], fresh=True)
    async def make_link(self) -> None:
        """Make a link with which the person sets a new password."""
        if token := await self._act(get_service().administration.issue_password_link):
            self.link = password_link_url(self, token)

    @event(roles=[ADMIN_ROLE], fresh=True)
    async def end_session(self, session_id: str) -> None:
        """End one session of the user."""
        ended = await self._act(get_service().administration.end_session_of, session_id)
        log_out_all(ended or (), RevocationReason.ENDED_BY_ADMINISTRATOR)

    @event(roles=[ADMIN_ROLE], fresh=True)
    async def end_sessions(self) -> None:
        """End all sessions of the user."""
        ended = await self._act(get_service().administration.end_sessions)
        log_out_all(ended or (), RevocationReason.ENDED_BY_ADMINISTRATOR)

    @event(roles=[ADMIN_ROLE], fresh=True)
    async def delete(self) -> None:
        """Delete the user for good, and send all their pages to the login page."""
        user_name = self.user_name
        ended = await self._act(get_service().administration.delete)
        if ended is not None:
            log_out_all(ended, RevocationReason.ACCOUNT_DELETED)
            self._forget_answers()
            self.deleted = user_name

    async def _act(self, operation: Callable, *arguments: Any) -> Any:
        """Do something to the page's user and show the result. Returns what the operation returned, or None if it was refused."""
        self._forget_answers()
        result = None
        try:
            result = await in_thread(operation, self._user_id(), *arguments, acting(current_user(), self))
            self.said = said(site.texts.user.done)
        except AuthError as error:
            self.error = in_words(error)
            self.wrong = wrong_field(error) if isinstance(error, InputRefused) else ""
        await self._load()
        return result

    def _forget_answers(self) -> None:
        self.said, self.error, self.wrong, self.link = Said(), "", "", ""

    async def _load(self) -> None:
        administration = get_service().administration
        try:
            user = await in_thread(administration.get_user, self._user_id())
        except NotFound:
            self.user_name, self.error = "", site.texts.user.unknown
            return
        self._show(user)
        seen = await in_thread(administration.last_seen, [user.id])
        self.last_seen_at = seen[user.id].isoformat() if user.id in seen else ""
        self.sessions = await session_rows(await in_thread(administration.sessions_of, user.id))
        wanted = EventFilter(user_id=user.id)
        self.events = await event_rows((await in_thread(administration.events, wanted, limit=SHOWN_EVENTS))[1])
        self.now = get_service().clock().isoformat()

    def _show(self, user: User) -> None:
        self.user_name, self.display_name = user.user_name, user.display_name
        self.is_disabled, self.has_password = user.disabled_at is not None, has_password(user)
        self.created_at = user.created_at.isoformat()
        self.roles = [RoleRow(role, role in user.roles) for role in sorted({*known_roles(), *user.roles})]

    def _user_id(self) -> UUID:
        try:
            return UUID(self.router.url.query_parameters.get("id", ""))
        except ValueError:
            raise NotFound from None


_SECTIONS = {order: partial(view, UserState) for order, view in ((10, roles), (20, sessions), (90, events), (95, deletion))}


def user_page(**slots: Unpack[Slots]) -> rx.Component:
    """All about one user, with the possible actions. It needs `UserState.load` on load."""
    heading = rx.el.h2 if slots.get("title") else rx.el.h1
    return person_frame(
        UserState.display_name,
        rx.cond(
            UserState.deleted,
            user_is_gone(UserState),
            rx.fragment(
                notices("", about_no_field(UserState), class_name="mt-6"),
                rx.cond(
                    UserState.user_name,
                    rx.fragment(user_head(UserState, heading), *places.sections(places_on.USER)),
                    rx.cond(UserState.error, heading(site.texts.user.page_title, class_name=style.TITLE)),
                ),
            ),
        ),
        passing_notice(UserState.said),
        **slots,
    )


def add_user_sections() -> None:
    """Add our sections to the user's page: roles, sessions, security events, and the deletion."""
    for order, view in _SECTIONS.items():
        places.add_section(places_on.USER, view, order=order)
