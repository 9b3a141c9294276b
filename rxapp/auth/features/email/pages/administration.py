"""For administrators: the address of a user, and the field with which they invite somebody by address."""

from typing import Any

import reflex as rx

from rxapp.auth.core.accounts.actor import Actor
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.identity.user_names import ADMIN_ROLE
from rxapp.auth.features.email.rules import own_address
from rxapp.auth.features.email.rules.invitations import Invited, invite
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.user import UserState
from rxapp.auth.web.site.places import Invitation
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.fields import beside, section, text_field

FIELD = "email"


class UserAddressState(rx.State):
    """The confirmed address of the user of the page."""

    address: str = ""

    @event(roles=[ADMIN_ROLE])
    async def load(self) -> None:
        """When the section is shown."""
        user_id = (await self.get_state(UserState))._user_id()
        self.address = await in_thread(own_address.address_of, get_service(), user_id)


def user_address() -> rx.Component:
    """The section of a user's page. It loads what it shows when it is shown."""
    texts = site.texts.email
    shown = rx.cond(UserAddressState.address, UserAddressState.address, texts.of_user_none)
    return rx.el.div(
        section(texts.of_user, rx.el.p(shown, class_name=style.TEXT + " break-words")),
        key=UserState.user_name,
        on_mount=UserAddressState.load,
    )


async def _invite(address: str, user_name: str, display_name: str, roles: list[str], actor: Actor) -> tuple[User, str]:
    user = await in_thread(invite, get_service(), Invited(address, user_name, display_name, roles), actor)
    return user, site.texts.email.invited.format(user_name=user.user_name, address=address)


def _field(state: Any) -> rx.Component:
    texts = site.texts.email
    return text_field(
        texts.address,
        FIELD,
        type="email",
        auto_complete="off",
        max_length=254,
        hint=texts.invite_hint,
        error=beside(state, FIELD),
    )


invitation = Invitation(FIELD, _field, _invite)
