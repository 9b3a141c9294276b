"""For administrators: the accounts at providers with which a user can log in."""

from typing import Any

import reflex as rx

from rxapp.auth.core.errors import NotFound, RevocationReason
from rxapp.auth.core.identity.user_names import ADMIN_ROLE
from rxapp.auth.features.providers.pages.security_section import LinkRow, as_uuid, link_list, link_rows
from rxapp.auth.features.providers.rules import own_links
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.guards import event
from rxapp.auth.web.open_pages.registry import log_out_all
from rxapp.auth.web.pages.user import UserState
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.fields import section


class UserLinksState(rx.State):
    """The links of the user of the page."""

    links: list[LinkRow] = []
    now: str = ""

    @event(roles=[ADMIN_ROLE])
    async def load(self) -> None:
        """When the section is shown."""
        await self._load(await self.get_state(UserState))

    @event(roles=[ADMIN_ROLE], fresh=True)
    async def remove(self, link_id: str) -> None:
        """Remove a link of the user, and end the sessions that began by a provider."""
        user = await self.get_state(UserState)
        ended = await user._act(lambda user_id, actor: own_links.unlink_for(get_service(), user_id, as_uuid(link_id), actor))
        log_out_all(ended or (), RevocationReason.PROVIDER_REMOVED)
        await self._load(user)

    async def _load(self, user: UserState) -> None:
        try:
            self.links = link_rows(list(await in_thread(own_links.links_of, get_service(), user._user_id())))
        except NotFound:
            self.links = []
        self.now = get_service().clock().isoformat()


def user_links() -> rx.Component:
    """The section. It loads what it shows when it is shown."""
    texts, state = site.texts.providers, UserLinksState
    links: Any = state.links
    return rx.el.div(
        section(
            texts.title,
            rx.cond(links.length() > 0, rx.fragment(), rx.el.p(texts.of_user_none, class_name=style.TEXT)),
            link_list(links, state.now, state.remove),
        ),
        key=UserState.user_name,
        on_mount=state.load,
    )
