"""All users, for administrators: search, pages, and a form for a new user."""

from dataclasses import dataclass
from math import ceil
from typing import Any, TypedDict, Unpack

import reflex as rx

from rxapp.auth.core.errors import InputRefused
from rxapp.auth.core.identity.user_names import ADMIN_ROLE, DISPLAY_NAME_MAXIMUM_LENGTH, USER_NAME_MAXIMUM_LENGTH
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.auth_state.visits import is_new_visit
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.parts.account_frame import admin_frame, pager, turned
from rxapp.auth.web.pages.parts.password_link import password_link, password_link_url
from rxapp.auth.web.pages.parts.routes import USERS
from rxapp.auth.web.reflex_internals.components import link
from rxapp.auth.web.reflex_internals.state_trees import acting
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.texts import UsersTexts
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.fields import notices, text_field
from rxapp.auth.web.ui.forms import auth_form, submit_button, text_in
from rxapp.auth.web.ui.interpolation import counted
from rxapp.auth.web.ui.slots import Slots

PAGE_SIZE = 25
SEARCH_DELAY_MS = 200


class NewUserForm(TypedDict):
    """The form's fields. `roles` are separated by commas."""

    username: str
    display_name: str
    roles: str


@dataclass
class UserRow:
    """A user as shown."""

    id: str
    user_name: str
    display_name: str
    roles: str
    is_disabled: bool
    sessions: int


class UsersState(rx.State):
    """The page of users that match the search, and the link for the user just created."""

    rows: list[UserRow] = []
    search: str = ""
    page: int = 1
    pages: int = 1
    total: int = 0
    error: str = ""
    created: str = ""
    link: str = ""
    new_user_form: int = 0

    @event(roles=[ADMIN_ROLE])
    async def load(self) -> None:
        """On load: the users, without messages of before."""
        if await is_new_visit(self):
            self.error = self.created = self.link = ""
        await self._load()

    @event(roles=[ADMIN_ROLE], debounce=SEARCH_DELAY_MS)
    async def search_for(self, text: str) -> None:
        """Show the users with the text in either name."""
        self.search, self.page = text if isinstance(text, str) else "", 1
        await self._load()

    @event(roles=[ADMIN_ROLE])
    async def turn_page(self, by: int) -> None:
        """Go to another page of the same search."""
        self.page = turned(self.page, by, self.pages)
        await self._load()

    @event(roles=[ADMIN_ROLE], fresh=True)
    async def create(self, form: NewUserForm) -> Any:
        """Make an account, and show the link with which its person sets a password."""
        self.error = self.created = self.link = ""
        administration, actor = get_service().administration, acting(current_user(), self)
        user_name, display_name = text_in(form, "username"), text_in(form, "display_name")
        roles = text_in(form, "roles").split(",")
        try:
            user, token = await in_thread(administration.create_user, user_name, display_name, roles, actor)
        except InputRefused as error:
            self.error = in_words(error)
            return rx.set_focus("username")
        self.created, self.link = user.user_name, password_link_url(self, token)
        self.new_user_form += 1
        await self._load()
        return None

    async def _load(self) -> None:
        administration, offset = get_service().administration, (self.page - 1) * PAGE_SIZE
        self.total, users = await in_thread(administration.find_users, self.search, limit=PAGE_SIZE, offset=offset)
        sessions = await in_thread(administration.count_sessions, [user.id for user in users])
        self.pages = max(1, ceil(self.total / PAGE_SIZE))
        self.rows = [
            UserRow(
                str(user.id),
                user.user_name,
                user.display_name,
                ", ".join(user.roles),
                user.disabled_at is not None,
                sessions.get(user.id, 0),
            )
            for user in users
        ]


def users_page(**slots: Unpack[Slots]) -> rx.Component:
    """The search, the list, and a form for a new user. It needs `UsersState.load` on load."""
    texts = site.texts.users
    return admin_frame(
        USERS,
        _new_user(texts),
        rx.el.div(
            text_field(texts.search, "search", type="search", auto_complete="off", on_change=UsersState.search_for),
            class_name="mt-6 max-w-sm",
        ),
        rx.el.p(counted(texts.found, UsersState.total), role="status", class_name=style.SMALL),
        rx.el.ul(rx.foreach(UsersState.rows, _item), aria_label=texts.label, class_name=style.ROWS + " mt-3 empty:hidden"),
        pager(UsersState.page, UsersState.pages, on_previous=UsersState.turn_page(-1), on_next=UsersState.turn_page(1)),
        **slots,
    )


def _new_user(texts: UsersTexts) -> rx.Component:
    """The form, folded at first: most administrators come here to search."""
    return rx.el.details(
        rx.el.summary(texts.new_user, class_name=style.SUBHEADING + " cursor-pointer rounded " + style.FOCUS),
        rx.el.div(
            notices(_created(texts), UsersState.error, is_success=True),
            password_link(UsersState.link),
            _form(texts),
            class_name="mt-4",
        ),
        class_name="mt-6 p-6 " + style.CARD,
    )


def _created(texts: UsersTexts) -> rx.Var[str]:
    return rx.cond(UsersState.created, texts.created.format(user_name=UsersState.created), "")


def _item(user: Any) -> rx.Component:
    texts = site.texts.users
    return rx.el.li(
        rx.el.div(
            rx.el.p(
                link(user.user_name, to=f"/admin/user?id={user.id}", class_name=style.LINK + " break-all"),
                rx.cond(user.is_disabled, rx.el.span(texts.disabled, class_name=style.ALARM_BADGE)),
                class_name="flex flex-wrap items-center gap-2",
            ),
            rx.el.p(user.display_name, class_name=style.SMALL + " break-words"),
            class_name="min-w-0",
        ),
        rx.el.div(
            rx.el.p(rx.cond(user.roles, user.roles, texts.no_roles)),
            rx.el.p(counted(texts.sessions, user.sessions)),
            class_name=style.SMALL + " shrink-0 text-right",
        ),
        key=user.id,
        class_name="flex items-center justify-between gap-4 px-5 py-4",
    )


def _form(texts: UsersTexts) -> rx.Component:
    return auth_form(
        text_field(
            site.texts.login.username,
            "username",
            auto_complete="off",
            auto_capitalize="none",
            required=True,
            max_length=USER_NAME_MAXIMUM_LENGTH,
        ),
        text_field(texts.display_name, "display_name", auto_complete="off", max_length=DISPLAY_NAME_MAXIMUM_LENGTH),
        text_field(texts.roles, "roles", auto_complete="off", max_length=256, hint=texts.roles_hint),
        submit_button(texts.create, texts.creating, is_busy=rx.Var.create(False), class_name=style.PRIMARY),
        on_submit=UsersState.create,
        is_busy=rx.Var.create(False),
        key=UsersState.new_user_form,
        class_name="max-w-sm",
    )
