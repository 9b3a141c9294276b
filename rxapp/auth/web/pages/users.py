"""All users, for administrators: a table to search and sort, and a dialog for a new user."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, TypedDict, Unpack

import reflex as rx

from rxapp.auth.core.accounts.user_list import UserOrder
from rxapp.auth.core.accounts.users import has_password
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import InputRefused
from rxapp.auth.core.identity.user_names import ADMIN_ROLE
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.auth_state.visits import is_new_visit
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.parts.account_frame import admin_frame, pager, turned
from rxapp.auth.web.pages.parts.new_user import new_user_dialog
from rxapp.auth.web.pages.parts.password_link import password_link_url
from rxapp.auth.web.pages.parts.person import person_cell, role_chips, status_badges
from rxapp.auth.web.pages.parts.routes import USERS
from rxapp.auth.web.pages.parts.wrong_fields import wrong_field
from rxapp.auth.web.reflex_internals.state_trees import acting
from rxapp.auth.web.site.places import places
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.texts import UsersTexts
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.icon import icon
from rxapp.auth.web.ui.components.time_ago import time_ago
from rxapp.auth.web.ui.fields import text_field
from rxapp.auth.web.ui.forms import text_in
from rxapp.auth.web.ui.interpolation import counted
from rxapp.auth.web.ui.slots import Slots
from rxapp.auth.web.ui.table import CELL, ROW, WIDE_ONLY, head, nothing_found, sorting_head, table

PAGE_SIZE = 25
SEARCH_DELAY_MS = 200


class NewUserForm(TypedDict):
    """The form's fields. `roles` are separated by commas."""

    username: str
    display_name: str
    roles: str


@dataclass
class UserRow:
    """A user as shown. Times in ISO 8601; `last_seen_at` is empty if there is no session of theirs."""

    id: str
    user_name: str
    display_name: str
    roles: list[str]
    is_disabled: bool
    has_password: bool
    sessions: int
    created_at: str
    last_seen_at: str


class UsersState(rx.State):
    """The page of users that match the search, and the dialog for a new user with the link of the one just created."""

    rows: list[UserRow] = []
    now: str = ""
    search: str = ""
    order: str = UserOrder.NAME.value
    is_descending: bool = False
    page: int = 1
    pages: int = 1
    total: int = 0
    is_adding: bool = False
    error: str = ""
    wrong: str = ""
    created: str = ""
    link: str = ""
    invited: str = ""
    new_user_form: int = 0

    @event(roles=[ADMIN_ROLE])
    async def load(self) -> None:
        """On load: the users. A new visit begins without the dialog, and without what was searched for."""
        if await is_new_visit(self):
            self._show_dialog(is_open=False)
            self.search, self.page = "", 1
        await self._load()

    @event(roles=[ADMIN_ROLE], debounce=SEARCH_DELAY_MS)
    async def search_for(self, text: str) -> None:
        """Show the users with the text in either name."""
        self.search, self.page = text if isinstance(text, str) else "", 1
        await self._load()

    @event(roles=[ADMIN_ROLE])
    async def sort_by(self, order: str) -> None:
        """Sort by another column, times with the latest first. By the same column again: the other way round."""
        if order not in list(UserOrder):
            return
        self.is_descending = not self.is_descending if order == self.order else order != UserOrder.NAME
        self.order, self.page = order, 1
        await self._load()

    @event(roles=[ADMIN_ROLE])
    async def turn_page(self, by: int) -> None:
        """Go to another page of the same search."""
        self.page = turned(self.page, by, self.pages)
        await self._load()

    @event(roles=[ADMIN_ROLE])
    async def open_form(self) -> None:
        """Open the dialog with an empty form."""
        self._show_dialog(is_open=True)

    @event(roles=[ADMIN_ROLE])
    async def close_form(self) -> None:
        """Close the dialog. The link in it is not shown again."""
        self._show_dialog(is_open=False)

    @event(roles=[ADMIN_ROLE], fresh=True)
    async def create(self, form: NewUserForm) -> Any:
        """Make an account, and show the link with which its person sets a password. A form sent twice counts once."""
        if self.created:
            return None
        self.error = self.wrong = self.created = self.link = self.invited = ""
        administration, actor = get_service().administration, acting(current_user(), self)
        user_name, display_name = text_in(form, "username"), text_in(form, "display_name")
        roles, invitation = text_in(form, "roles").split(","), places.invitation
        address = text_in(form, invitation.name).strip() if invitation is not None else ""
        try:
            if invitation is not None and address:
                user, self.invited = await invitation.invite(address, user_name, display_name, roles, actor)
            else:
                user, token = await in_thread(administration.create_user, user_name, display_name, roles, actor)
                self.link = password_link_url(self, token)
        except InputRefused as error:
            self.error, self.wrong = in_words(error), wrong_field(error)
            return rx.set_focus(self.wrong)
        self.created = user.user_name
        await self._load()
        return None

    def _show_dialog(self, *, is_open: bool) -> None:
        self.is_adding, self.error, self.wrong, self.created, self.link = is_open, "", "", "", ""
        self.invited = ""
        self.new_user_form += 1

    async def _load(self) -> None:
        service = get_service()
        administration, order, offset = service.administration, UserOrder(self.order), (self.page - 1) * PAGE_SIZE
        which: dict[str, Any] = {"limit": PAGE_SIZE, "offset": offset, "order": order, "is_descending": self.is_descending}
        self.total, users = await in_thread(administration.find_users, self.search, **which)
        self.rows = await in_thread(_rows, users)
        self.now, self.pages = service.clock().isoformat(), max(1, ceil(self.total / PAGE_SIZE))


def _rows(users: Sequence[User]) -> list[UserRow]:
    administration, ids = get_service().administration, [user.id for user in users]
    sessions, seen = administration.count_sessions(ids), administration.last_seen(ids)
    return [
        UserRow(
            id=str(user.id),
            user_name=user.user_name,
            display_name=user.display_name,
            roles=user.roles,
            is_disabled=user.disabled_at is not None,
            has_password=has_password(user),
            sessions=sessions.get(user.id, 0),
            created_at=user.created_at.isoformat(),
            last_seen_at=seen[user.id].isoformat() if user.id in seen else "",
        )
        for user in users
    ]


def users_page(**slots: Unpack[Slots]) -> rx.Component:
    """The search, the table, and a dialog for a new user. It needs `UsersState.load` on load."""
    texts = site.texts.users
    return admin_frame(
        USERS,
        rx.el.div(
            rx.el.div(
                text_field(texts.search, "search", type="search", auto_complete="off", on_change=UsersState.search_for),
                class_name="w-full max-w-sm",
            ),
            rx.el.button(
                icon(name="plus", class_name="mr-1.5 -ml-1 size-4"),
                texts.new_user,
                type="button",
                on_click=UsersState.open_form,
                class_name=style.PRIMARY + " mb-4",
            ),
            class_name="mt-6 flex flex-wrap items-end justify-between gap-x-4",
        ),
        rx.el.p(counted(texts.found, UsersState.total), role="status", class_name=style.SMALL),
        rx.cond((UsersState.total == 0) & (UsersState.now != ""), nothing_found(texts.nobody, texts.nobody_why), _table(texts)),
        pager(UsersState.page, UsersState.pages, on_previous=UsersState.turn_page(-1), on_next=UsersState.turn_page(1)),
        new_user_dialog(UsersState),
        **slots,
    )


def _table(texts: UsersTexts) -> rx.Component:
    def sorting(label: str, order: UserOrder, class_name: str = "") -> Any:
        return sorting_head(
            label, order.value, UsersState.order, UsersState.is_descending, UsersState.sort_by, class_name=class_name
        )

    heads = [
        sorting(texts.user, UserOrder.NAME),
        head(texts.roles, class_name=WIDE_ONLY),
        head(texts.status, class_name=WIDE_ONLY),
        sorting(texts.last_seen, UserOrder.LAST_SEEN),
        sorting(texts.joined, UserOrder.CREATED, WIDE_ONLY),
    ]
    return table(texts.label, heads, rx.foreach(UsersState.rows, _row))


def _row(user: Any) -> rx.Component:
    texts = site.texts.users
    badges = status_badges(is_disabled=user.is_disabled, has_password=user.has_password)
    exceptions = rx.cond(user.is_disabled | ~user.has_password, badges)
    on_phones = rx.el.div(role_chips(user.roles), exceptions, class_name="mt-2 flex flex-wrap gap-1.5 empty:hidden sm:hidden")
    return rx.el.tr(
        rx.el.td(person_cell(user, on_phones), class_name=CELL),
        rx.el.td(rx.el.div(role_chips(user.roles), class_name="flex flex-wrap gap-1.5"), class_name=CELL + WIDE_ONLY),
        rx.el.td(badges, class_name=CELL + WIDE_ONLY),
        rx.el.td(
            rx.cond(user.last_seen_at, time_ago(at=user.last_seen_at, now=UsersState.now), texts.never),
            rx.el.p(counted(texts.sessions, user.sessions), class_name=style.SMALL),
            class_name=CELL + "whitespace-nowrap max-sm:text-right",
        ),
        rx.el.td(time_ago(at=user.created_at, now=UsersState.now), class_name=CELL + WIDE_ONLY + "whitespace-nowrap"),
        key=user.id,
        class_name=ROW,
    )
