"""The page that shows one's own session from the inside, and follows it while one uses the app in another tab."""

import asyncio
from dataclasses import dataclass
from typing import Any, Unpack

import reflex as rx

from rxapp.auth.core.errors import InvalidToken
from rxapp.auth.core.tokens.claims import AccessClaims
from rxapp.auth.features.inspector.facts import Fact, claims_of, session_of, stored_session
from rxapp.auth.features.inspector.pages.diagram import HappeningRow, diagram, rows_of
from rxapp.auth.features.inspector.pages.recording import recorder
from rxapp.auth.features.inspector.pages.routes import LAB, TOUR
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.guards import event
from rxapp.auth.web.open_pages.registry import count_open_pages
from rxapp.auth.web.pages.parts.account_frame import in_frame
from rxapp.auth.web.reflex_internals.components import link
from rxapp.auth.web.reflex_internals.connections import connected_pages
from rxapp.auth.web.reflex_internals.state_trees import connection_of
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.fields import section
from rxapp.auth.web.ui.slots import Slots

INTERVAL_SECONDS = 1
CIRCUMFERENCE = 100
"""Of the ring, in its own units."""


@dataclass
class Ring:
    """How much of the access token's life is left: in seconds, and as a part of the ring."""

    seconds: int = 0
    gone: float = CIRCUMFERENCE
    words: str = ""


class InspectorState(rx.State):
    """Never a token: of the access token its claims, and of the refresh token the generation."""

    claims: list[Fact] = []
    session: list[Fact] = []
    ring: Ring = Ring()
    happenings: list[HappeningRow] = []
    _path: str = ""
    _watch: int = 0

    @event
    async def look(self) -> None:
        """On load: what there is now."""
        self._path = self.router.url.path
        await self._look()

    @event(background=True)
    async def go_on_looking(self) -> None:
        """On load: look again each second, while this page is open. It asks for no proof, so it never exchanges the pair."""
        async with self:
            self._watch += 1
            watch = self._watch
        while True:
            await asyncio.sleep(INTERVAL_SECONDS)
            async with self:
                is_open = connection_of(self).client_token in connected_pages()
                if watch != self._watch or not is_open or self.router.url.path != self._path:
                    return
                await self._look()

    async def _look(self) -> None:
        auth, service = await self.get_state(AuthState), get_service()
        claims = auth._claims_at_hand()
        # The browser may have been given a copy of somebody else's token, and nothing has verified that yet.
        if claims is None or claims.session_id != auth._page.proved_session(claims):
            return
        try:
            stored = await in_thread(stored_session, service, claims)
        except InvalidToken:
            return
        now = service.clock()
        session = session_of(service, stored, now)
        session.append(Fact("open pages", str(count_open_pages(claims.session_id)), "Each of them leaves when the session ends."))
        self._show("claims", claims_of(service, claims))
        self._show("session", session)
        self._show("ring", _ring(claims, now.timestamp()))
        self._show("happenings", rows_of(recorder().of(claims.session_id)))

    def _show(self, name: str, value: Any) -> None:
        if getattr(self, name) != value:  # each assignment is sent to the page
            setattr(self, name, value)


def _ring(claims: AccessClaims, now: float) -> Ring:
    left = int(claims.expires_at.timestamp() - now)
    lifetime = (claims.expires_at - claims.issued_at).total_seconds()
    if left <= 0:
        return Ring(words="It has expired. At your next click the pair is exchanged, and you will not notice.")
    gone = CIRCUMFERENCE * (1 - min(1, left / lifetime))
    return Ring(left, round(gone, 1), "Then the pair is exchanged at your next click.")


def session_page(**slots: Unpack[Slots]) -> rx.Component:
    """It needs `InspectorState.look` and `InspectorState.go_on_looking` on load."""
    claims: Any = InspectorState.claims
    session: Any = InspectorState.session
    return in_frame(
        rx.el.h1(slots.get("title") or "Your session", class_name=style.HEADING),
        rx.el.p(
            "Keep this page open, and use the app in another tab. It is for developers, and only on this machine.",
            class_name="mt-2 " + style.TEXT,
        ),
        rx.el.p(
            link("The tour", to=TOUR, class_name=style.LINK + " mr-4"),
            link("Attack lab", to=LAB, class_name=style.LINK),
            class_name="mt-2",
        ),
        section("Access token", _ring_view(), _facts(claims)),
        section("In the database", _facts(session)),
        section(
            "What happens",
            rx.el.p(
                "Page is the half of an open page that runs on the server. Server is what decides: who is it, and may they?",
                class_name="mb-4 " + style.SMALL,
            ),
            diagram(InspectorState.happenings),
        ),
        **slots,
    )


def _ring_view() -> rx.Component:
    ring: Any = InspectorState.ring
    circle: dict[str, Any] = {"cx": "21", "cy": "21", "r": "15.915", "fill": "none", "stroke_width": "4"}
    return rx.el.div(
        rx.el.svg(
            rx.el.svg.circle(**circle, class_name=style.themed("stroke-@line")),
            rx.el.svg.circle(
                **circle,
                custom_attrs={
                    "strokeDasharray": str(CIRCUMFERENCE),
                    "strokeDashoffset": ring.gone,
                    "transform": "rotate(-90 21 21)",
                },
                class_name=style.themed("stroke-@accent transition-[stroke-dashoffset] duration-1000 ease-linear"),
            ),
            view_box="0 0 42 42",
            aria_hidden="true",
            class_name="size-24 shrink-0",
        ),
        rx.el.div(
            rx.el.p(rx.el.span(ring.seconds, class_name="tabular-nums"), " s", class_name=style.TITLE),
            rx.el.p(ring.words, class_name=style.SMALL),
        ),
        class_name="mb-4 flex items-center gap-4",
    )


def _facts(facts: Any) -> rx.Component:
    return rx.el.dl(rx.foreach(facts, _fact), class_name=style.themed("divide-y divide-@line"))


def _fact(fact: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(fact.name, class_name="font-mono text-sm sm:w-36 sm:shrink-0 " + style.STRONG),
        rx.el.dd(
            rx.el.span(fact.value, class_name="block font-mono text-sm break-all " + style.TEXT_COLOUR),
            rx.el.span(fact.meaning, class_name="block " + style.SMALL),
        ),
        key=fact.name,
        class_name="py-2 sm:flex sm:gap-4",
    )
