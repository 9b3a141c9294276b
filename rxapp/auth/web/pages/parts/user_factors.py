"""The section of a user's page in which administrators remove the user's second factors."""

import reflex as rx

from rxapp.auth.core.errors import NotFound, RevocationReason
from rxapp.auth.core.identity.user_names import ADMIN_ROLE
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.guards import event
from rxapp.auth.web.open_pages.registry import log_out_all
from rxapp.auth.web.pages.user import UserState
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.asking_button import asking_button
from rxapp.auth.web.ui.fields import section


class UserFactorsState(rx.State):
    """Whether the user of the page has a second factor."""

    has_any: bool = False

    @event(roles=[ADMIN_ROLE])
    async def load(self) -> None:
        """When the section is shown."""
        await self._load(await self.get_state(UserState))

    @event(roles=[ADMIN_ROLE], fresh=True)
    async def remove_all(self) -> None:
        """Remove all second factors of the user, and end their sessions."""
        user = await self.get_state(UserState)
        ended = await user._act(get_service().second_factors.reset)
        log_out_all(ended or (), RevocationReason.SECOND_FACTOR_RESET)
        await self._load(user)

    async def _load(self, user: UserState) -> None:
        try:
            self.has_any = bool(await in_thread(get_service().second_factors.methods_of, user._user_id()))
        except NotFound:
            self.has_any = False


def user_factors() -> rx.Component:
    """The section. It loads what it shows when it is shown."""
    texts, user_name = site.texts.security, UserState.user_name
    removal = asking_button(
        texts.reset,
        question=texts.reset_question.format(user_name=user_name),
        why=texts.reset_why,
        on_confirm=UserFactorsState.remove_all,
    )
    return rx.el.div(
        section(
            texts.of_user,
            rx.el.p(rx.cond(UserFactorsState.has_any, texts.of_user_some, texts.of_user_none), class_name=style.TEXT),
            rx.cond(UserFactorsState.has_any, rx.el.div(removal, class_name="mt-4")),
        ),
        key=user_name,
        on_mount=UserFactorsState.load,
    )
