"""Connects the recorder with the app: each event of a page, each request, and what the core does for them."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import reflex as rx
from reflex.event import Event
from reflex.state import BaseState, StateUpdate

from rxapp.auth.core.audit import signals
from rxapp.auth.features.inspector.recorder import Happening, Party, Recorder, Step, current_happening
from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.web.auth_state.event_gate import kind_of
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.page_session.page import Kind
from rxapp.auth.web.reflex_internals.app import registrations
from rxapp.auth.web.reflex_internals.events import around_each_event, name_of_handler
from rxapp.auth.web.reflex_internals.registered_handlers import is_reflexs_own

_TITLES = {
    Kind.CONNECTING: "The page connects, and says which pair its browser holds",
    Kind.REPORTING: "The browser has stored another pair",
    Kind.PROVING: "The browser proves its key",
    Kind.LOADING: "A page is opened",
}

_BY_HANDLER = {name_of_handler(AuthState.event_handlers["enter"]): "Before the page loads: who is there?"}

_recorder: Recorder | None = None


def recorder() -> Recorder:
    """The recorder in use."""
    if _recorder is None:
        raise RuntimeError("nothing is recorded: the session page is not served here")
    return _recorder


def record_events(exclude: Sequence[type[BaseState]]) -> None:
    """Record from now on, except the events of the states `exclude`: those of the pages for developers themselves."""
    global _recorder
    if _recorder is not None:  # the app is installed again
        signals.observe_no_more(_recorder.observe)
        logging.getLogger("rxapp.requests").removeHandler(_recorder)
    _recorder = Recorder(get_service().clock)
    signals.observe(_recorder.observe)
    logging.getLogger("rxapp.requests").addHandler(_recorder)
    app = registrations().app
    app.add_middleware(_Witness())
    app.register_lifespan_task(around_each_event, app=app, around=_Around(_recorder, exclude).event)


class _Witness(rx.Middleware):
    """Comes after the gate, so it sees the events that run. It notes whose page this is; only later is it known who that is."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        if (happening := current_happening()) is not None:
            happening.begin(Step(Party.BROWSER, Party.PAGE, happening.title))  # the gate may have asked something already
            _pages[happening.number] = await state.get_state(AuthState)
        return None


_pages: dict[int, AuthState] = {}
"""By the numbers of the events that are being handled."""


class _Around:
    def __init__(self, recorder: Recorder, exclude: Sequence[type[BaseState]]) -> None:
        self._recorder, self._exclude = recorder, tuple(f"{state.get_full_name()}." for state in exclude)

    @asynccontextmanager
    async def event(self, event: Event) -> AsyncIterator[None]:
        """While this event is handled."""
        if event.name.startswith(self._exclude) or _is_reflexs_own(event):
            yield
            return
        with self._recorder.event(_title(event)) as happening:
            try:
                yield
            finally:
                auth = _pages.pop(happening.number, None)
                if auth is not None and auth._page.owner is not None:
                    happening.add(*_answers(happening))
                    self._recorder.file(happening, auth._page.owner)


def _state_of(event: Event) -> type[BaseState]:
    return registrations().event_handlers[event.name].states[0]


def _is_reflexs_own(event: Event) -> bool:
    """Whether the page sends it for Reflex alone. What it reports of its browser is for us."""
    return kind_of(event) is Kind.ACTING and is_reflexs_own(_state_of(event))


def _title(event: Event) -> str:
    """A sentence for what a page does by itself, and the names of state and handler for what a person does."""
    known = _TITLES.get(kind_of(event)) or _BY_HANDLER.get(event.name)
    return known or f"{_state_of(event).__name__}.{event.name.rpartition('.')[2]}"


def _answers(happening: Happening) -> list[Step]:
    if happening.has_new_pair:
        return [Step(Party.PAGE, Party.BROWSER, "Store the new pair, if you still hold the one before")]
    return [Step(Party.PAGE, Party.BROWSER, "What has changed on the page")]
