"""The section in which people link accounts at providers to their own, and remove them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import reflex as rx

from rxapp.auth.core.database.outages import FORM_ERRORS, DatabaseUnavailable
from rxapp.auth.core.errors import AuthError, NotFound, RevocationReason
from rxapp.auth.features.providers.pages.buttons import DepartureState, provider_button
from rxapp.auth.features.providers.rules import own_links
from rxapp.auth.features.providers.rules.links import StoredLink
from rxapp.auth.features.providers.rules.provider import providers_of
from rxapp.auth.features.providers.rules.transactions import Purpose
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.auth_state.visits import is_new_visit
from rxapp.auth.web.guards import event
from rxapp.auth.web.open_pages.registry import log_out_all
from rxapp.auth.web.pages.parts.routes import SECURITY
from rxapp.auth.web.reflex_internals.state_trees import page_client
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.asking_button import asking_button
from rxapp.auth.web.ui.components.passing_notice import Said, passing_notice, said
from rxapp.auth.web.ui.components.time_ago import time_ago
from rxapp.auth.web.ui.fields import notices, section
from rxapp.auth.web.ui.interpolation import sentence


@dataclass
class LinkRow:
    """A link as shown. Times in ISO 8601, `last_used_at` empty if it was never used."""

    id: str
    provider: str
    label: str
    is_configured: bool
    created_at: str
    last_used_at: str


def link_rows(found: list[StoredLink]) -> list[LinkRow]:
    """The rows of these links."""
    providers = providers_of(get_service())
    named = [(each, providers.of_issuer(each.issuer)) for each in found]
    return [
        LinkRow(
            str(each.id),
            provider.label if provider else each.issuer,
            each.label,
            provider is not None,
            each.created_at.isoformat(),
            each.last_used_at.isoformat() if each.last_used_at else "",
        )
        for each, provider in named
    ]


class OwnLinksState(rx.State):
    """What the section shows."""

    links: list[LinkRow] = []
    now: str = ""
    said: Said = Said()
    error: str = ""
    wait: int = 0

    @event
    async def load(self) -> None:
        """On load: the links."""
        if await is_new_visit(self):
            self._forget_answers()
        await self._load()

    @event(fresh=True, strength="best", signs_in=True)
    async def add(self, name: str) -> None:
        """Go to a provider to link an account there."""
        self._forget_answers()
        departure, client = await self.get_state(DepartureState), (await self.get_state(AuthState))._client()
        facts: dict[str, Any] = {"purpose": Purpose.LINK, "identity": current_user(), "next_path": SECURITY}
        try:
            await departure._go(name, client, **facts)
        except FORM_ERRORS as error:
            self._refuse(error)

    @event(fresh=True, strength="best")
    async def remove(self, link_id: str) -> None:
        """Remove a link."""
        self._forget_answers()
        try:
            ended = await in_thread(own_links.unlink, get_service(), current_user(), as_uuid(link_id), page_client(self))
        except FORM_ERRORS as error:
            self._refuse(error)
        else:
            log_out_all(ended, RevocationReason.PROVIDER_REMOVED)
            self.said = said(site.texts.providers.removed)
        await self._load()

    def _forget_answers(self) -> None:
        self.said, self.error, self.wait = Said(), "", 0

    def _refuse(self, error: AuthError | DatabaseUnavailable) -> None:
        self.error, self.wait = in_words(error), error.retry_after_seconds

    async def _load(self) -> None:
        service = get_service()
        self.links = link_rows(list(await in_thread(own_links.links_of, service, current_user().user_id)))
        self.now = service.clock().isoformat()


def as_uuid(text: str) -> UUID:
    """The id of a link. Raises `NotFound` for what is none."""
    try:
        return UUID(text)
    except (ValueError, AttributeError, TypeError):
        raise NotFound from None


def links_section() -> rx.Component:
    """The links, and a button for each provider. It needs `OwnLinksState.load` on load."""
    texts, state = site.texts.providers, OwnLinksState
    links: Any = state.links
    add = [provider_button(each, texts.link, state.add(each.name)) for each in providers_of(get_service())]
    return rx.fragment(
        section(
            texts.title,
            notices("", state.error, state.wait),
            rx.el.p(rx.cond(links.length() > 0, texts.some, texts.none), class_name=style.TEXT),
            link_list(links, state.now, state.remove),
            rx.el.div(*add, class_name="mt-4 flex flex-wrap gap-3"),
        ),
        passing_notice(state.said),
    )


def link_list(links: Any, now: Any, on_remove: Any) -> rx.Component:
    """The list of links, each with a button that removes it."""
    return rx.el.ul(
        rx.foreach(links, lambda each: _link(each, now, on_remove)),
        aria_label=site.texts.providers.title,
        class_name=style.ROWS + " mt-4 empty:hidden",
    )


def _link(each: Any, now: Any, on_remove: Any) -> rx.Component:
    texts = site.texts.providers
    added, used = time_ago(at=each.created_at, now=now), time_ago(at=each.last_used_at, now=now)
    return rx.el.li(
        rx.el.div(
            rx.el.p(each.provider, class_name=style.STRONG + " break-words"),
            rx.el.p(each.label, class_name=style.TEXT + " break-words"),
            rx.el.p(
                *sentence(texts.added, when=added),
                " · ",
                rx.cond(each.last_used_at, rx.el.span(*sentence(texts.last_used, when=used)), texts.never_used),
                rx.cond(each.is_configured, "", " · " + texts.not_configured),
                class_name=style.SMALL,
            ),
            class_name="min-w-0",
        ),
        asking_button(
            texts.remove,
            question=texts.remove_question.format(provider=each.provider),
            why=texts.remove_why,
            on_confirm=on_remove(each.id),
        ),
        key=each.id,
        class_name="flex flex-wrap items-center justify-between gap-x-4 gap-y-3 px-5 py-4",
    )
