"""One user, for administrators: roles, whether they may log in, their sessions, and their security events."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack
from uuid import UUID

import reflex as rx

from rxapp.auth.core.accounts.users import has_password
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import AuthError, NotFound, RevocationReason
from rxapp.auth.core.identity.user_names import ADMIN_ROLE
from rxapp.auth.http.runtime.declared_roles import known_roles
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.auth_state.visits import is_new_visit
from rxapp.auth.web.guards import event
from rxapp.auth.web.open_pages.registry import log_out_all
from rxapp.auth.web.pages.parts.account_frame import admin_frame
from rxapp.auth.web.pages.parts.event_rows import EventRow, event_list, event_rows
from rxapp.auth.web.pages.parts.password_link import password_link, password_link_url
from rxapp.auth.web.pages.parts.routes import USERS
from rxapp.auth.web.pages.parts.session_rows import SessionRow, session_list, session_rows
from rxapp.auth.web.reflex_internals.state_trees import acting
from rxapp.auth.web.site import places as places_on
from rxapp.auth.web.site.places import places
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.texts import UserTexts
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.fields import notices, section, text_field
from rxapp.auth.web.ui.forms import auth_form, submit_button, text_in
from rxapp.auth.web.ui.slots import Slots

SHOWN_EVENTS = 20


class RoleForm(TypedDict):
    """The name of a role that no guard of this app asks for."""

    role: str


@dataclass
class RoleRow:
    """A role, and whether the user has it."""

    name: str
    is_held: bool


class UserState(rx.State):
    """The user of the page's `id`, as an administrator sees them."""

    user_name: str = ""
    display_name: str = ""
    is_disabled: bool = False
    has_password: bool = True
    roles: list[RoleRow] = []
    sessions: list[SessionRow] = []
    events: list[EventRow] = []
    now: str = ""
    message: str = ""
    error: str = ""
    link: str = ""

    @event(roles=[ADMIN_ROLE])
    async def load(self) -> None:
        """On load: all about the user."""
        if await is_new_visit(self):
            self.message = self.error = self.link = ""
        await self._load()

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
        ended = await self._act(get_service().administration.disable)
        log_out_all(ended or (), RevocationReason.USER_DISABLED)

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

    async def _act(self, operation: Callable, *arguments: Any) -> Any:
        """Do something to the page's user and show the result. Returns what the operation returned, or None if it was refused."""
        self.message = self.error = self.link = ""
        result = None
        try:
            result = await in_thread(operation, self._user_id(), *arguments, acting(current_user(), self))
            self.message = site.texts.user.done
        except AuthError as error:
            self.error = in_words(error)
        await self._load()
        return result

    async def _load(self) -> None:
        administration = get_service().administration
        try:
            user = await in_thread(administration.get_user, self._user_id())
        except NotFound:
            self.user_name, self.error = "", site.texts.user.unknown
            return
        self._show(user)
        self.sessions = await session_rows(await in_thread(administration.sessions_of, user.id))
        wanted = EventFilter(user_id=user.id)
        self.events = await event_rows((await in_thread(administration.events, wanted, limit=SHOWN_EVENTS))[1])
        self.now = get_service().clock().isoformat()

    def _show(self, user: User) -> None:
        self.user_name, self.display_name = user.user_name, user.display_name
        self.is_disabled, self.has_password = user.disabled_at is not None, has_password(user)
        self.roles = [RoleRow(role, role in user.roles) for role in sorted({*known_roles(), *user.roles})]

    def _user_id(self) -> UUID:
        try:
            return UUID(self.router.url.query_parameters.get("id", ""))
        except ValueError:
            raise NotFound from None


def user_page(**slots: Unpack[Slots]) -> rx.Component:
    """All about one user, with the possible actions. It needs `UserState.load` on load."""
    sections = places.sections(places_on.USER)
    return admin_frame(
        USERS,
        notices(UserState.message, UserState.error, is_success=True, class_name="mt-6"),
        rx.cond(UserState.user_name, rx.fragment(_head(site.texts.user), *sections), rx.fragment()),
        **slots,
    )


def add_user_sections() -> None:
    """Add our sections to the user's page: roles, sessions, and security events."""
    for order, view in ((10, _roles), (20, _sessions), (90, _events)):
        places.add_section(places_on.USER, view, order=order)


def _head(texts: UserTexts) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.h2(UserState.user_name, class_name=style.SUBHEADING + " break-all"),
            rx.el.p(
                UserState.display_name,
                rx.cond(UserState.is_disabled, rx.el.span(site.texts.users.disabled, class_name=style.ALARM_BADGE)),
                rx.cond(UserState.has_password, rx.fragment(), rx.el.span(texts.no_password, class_name=style.BADGE)),
                class_name=style.TEXT + " flex flex-wrap items-center gap-2",
            ),
            class_name="min-w-0",
        ),
        rx.el.div(
            rx.cond(
                UserState.is_disabled,
                rx.el.button(texts.enable, type="button", on_click=UserState.enable, class_name=style.SECONDARY),
                rx.fragment(
                    rx.el.button(texts.disable, type="button", on_click=UserState.disable, class_name=style.DANGER),
                    rx.el.button(texts.make_link, type="button", on_click=UserState.make_link, class_name=style.SECONDARY),
                ),
            ),
            class_name="flex flex-wrap gap-3",
        ),
        rx.el.div(password_link(UserState.link), class_name="w-full empty:hidden"),
        class_name="mt-6 flex flex-wrap items-center justify-between gap-4",
    )


def _roles() -> rx.Component:
    texts = site.texts.user
    return section(
        texts.roles,
        rx.el.ul(rx.foreach(UserState.roles, _role), aria_label=texts.roles, class_name="mb-4 flex flex-wrap gap-x-6 gap-y-2"),
        auth_form(
            text_field(texts.another_role, "role", auto_complete="off", required=True, max_length=64),
            submit_button(texts.give, texts.giving, is_busy=rx.Var.create(False), class_name=style.SECONDARY + " mb-4"),
            on_submit=UserState.add_role,
            is_busy=rx.Var.create(False),
            reset_on_submit=True,
            class_name="flex max-w-sm items-end gap-3",
        ),
    )


def _role(role: Any) -> rx.Component:
    return rx.el.li(
        rx.el.label(
            rx.el.input(
                type="checkbox",
                checked=role.is_held,
                read_only=True,
                on_click=UserState.toggle_role(role.name),
                class_name=style.CHECKBOX,
            ),
            role.name,
            class_name=style.TEXT + " flex cursor-pointer items-center gap-2",
        ),
        key=role.name,
    )


def _sessions() -> rx.Component:
    texts = site.texts.user
    sessions: Any = UserState.sessions
    return section(
        texts.sessions,
        rx.cond(
            sessions.length() > 0,
            rx.fragment(
                rx.el.button(texts.end_all, type="button", on_click=UserState.end_sessions, class_name=style.SECONDARY),
                session_list(UserState.sessions, UserState.now, on_end=UserState.end_session),
            ),
            rx.el.p(texts.no_sessions, class_name=style.TEXT),
        ),
    )


def _events() -> rx.Component:
    return section(site.texts.user.events, event_list(UserState.events, UserState.now, with_user=False))
