"""The gate in front of all events of a page: each event runs, waits or is dropped. `page_session` decides which.

Events that wait run by themselves, in order, once the browser has answered. So the person notices nothing, and no click is lost.
"""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import reflex as rx
from reflex.event import Event
from reflex.state import BaseState, StateUpdate

from rxapp.auth.core.database.outages import DatabaseUnavailable
from rxapp.auth.core.errors import AuthError, TooManyRequests
from rxapp.auth.http.runtime.service import get_service, verify_access
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.page_session import connections, held_events
from rxapp.auth.web.page_session.own_events import KINDS, LOADING, NAVIGATING
from rxapp.auth.web.page_session.page import ACKNOWLEDGED_WITHIN, Kind, Step
from rxapp.auth.web.page_session.work import begin_work, started_by_whom
from rxapp.auth.web.reflex_internals.app import registrations
from rxapp.auth.web.reflex_internals.events import FIELD_MARKER, FIRST_OF_DOCUMENT, name_of_handler, store_report
from rxapp.auth.web.reflex_internals.shared_states import is_a_shared_one
from rxapp.auth.web.reflex_internals.state_reset import session_storage_names
from rxapp.auth.web.reflex_internals.state_trees import connection_of, root_of
from rxapp.auth.web.reflex_internals.uploads import FILES
from rxapp.auth.web.site import handler_policy
from rxapp.auth.web.site.guarded_views import Requirement
from rxapp.auth.web.site.registry import site

_KINDS = KINDS | {name_of_handler(AuthState.event_handlers["prove_key"]): Kind.PROVING}


class PageGate(rx.Middleware):
    """Sees each event before Reflex handles it, under the lock on its page's state."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """None if the event may run, else the update to send in its place."""
        auth = await state.get_state(AuthState)
        sender, kind = connection_of(auth), kind_of(event)
        if is_a_shared_one(root_of(state), sender.client_token):
            return StateUpdate()
        if sender.session_id != auth._page.connection:
            if connections.is_open(sender.session_id):
                connections.hold_back(auth._page.connection)
                auth._begin_connection(sender.session_id, sender.client_token)
            elif not _late_event_runs(auth, sender.session_id, kind, event):
                return StateUpdate()
        if kind is Kind.CONNECTING:
            auth._begin_report()
            await _store(state, auth, event)
        elif kind is Kind.REPORTING and auth._page.issued is not None and auth._page.has_reported:
            await _store(state, auth, event)
            await _acknowledge(auth)
        if not await _may_follow(auth, event):
            return StateUpdate()
        update = _hold(auth, kind, event)
        if update is None:
            begin_work(sender.client_token, event, auth._page)
        if kind is Kind.CONNECTING and update is None:
            await _connected(app, state, auth, event)
        return update


def kind_of(event: Event) -> Kind:
    """The kind of the event, for the rule in `page_session/page.py`."""
    if has_files(event):
        return Kind.UPLOADING
    if not event.router_data:
        return Kind.ACTING  # a handler has chained it: it does not come from the browser
    return _KINDS.get(event.name, Kind.ACTING)


def has_files(event: Event) -> bool:
    """Whether the event is an upload."""
    values = [item for value in event.payload.values() for item in (value if isinstance(value, list) else [value])]
    return any(isinstance(value, FILES) for value in values)


async def _may_follow(auth: AuthState, event: Event) -> bool:
    """Whether an event that a handler has chained may run: for the session that it began with, and behind the page's guard."""
    started_by = started_by_whom(event)
    if started_by is not None and not auth._page.belongs_to(started_by):
        return False
    needed = None if event.router_data else site.requirement_on_load(event.name, auth.router.url.path)
    return needed is None or await _may_load(auth, event, needed)


async def _may_load(auth: AuthState, event: Event, needed: Requirement) -> bool:
    """Whether the page's person may see the page. `enter` has verified them, but a background task overtakes it."""
    is_background = registrations().event_handlers[event.name].handler.is_background
    if is_background or auth._entered_path != auth._path_and_query():
        try:
            await auth._authenticate()
        except (AuthError, DatabaseUnavailable):
            return False
    return auth._identity is not None and needed.is_met_by(auth._identity)


def _remove_vars(event: Event, names: set[str]) -> None:
    """Remove what the tab has kept of the person who has left. Reflex would store it as the next person's."""
    reported = event.payload.get("vars")
    if isinstance(reported, dict):
        for name in names & reported.keys():
            del reported[name]


def acknowledged_within() -> timedelta:
    """How long a pair works before its browser has stored it: at most a quarter of an access token's lifetime."""
    return min(ACKNOWLEDGED_WITHIN, get_service().settings.access_token_lifetime / 4)


def _late_event_runs(auth: AuthState, closed: str, kind: Kind, event: Event) -> bool:
    """Whether an event of a closed connection runs now, as if the present one had sent it. If it must wait, it is held here."""
    step = auth._page.late_step(closed, kind)
    if step is Step.WAIT:
        _wait(auth._page.connection, event, auth._page.owner)
    return step is Step.RUN


async def _store(state: BaseState, auth: AuthState, event: Event) -> None:
    """Store what the browser reports, as Reflex does afterwards: the gate decides by what is stored, not by what was sent."""
    if FIRST_OF_DOCUMENT in event.payload:
        auth._loaded_path = ""
    try:
        await store_report(state, event)
    except Exception:  # noqa: BLE001  Reflex will fail on it too, and log it. Until then this connection holds nothing
        auth._begin_report()


async def _acknowledge(auth: AuthState) -> None:
    """If the browser has stored the pair that was sent, mark the new generation as in use now: the next event may come late."""
    if auth._page.has_arrived(auth._held_pair()):
        with suppress(AuthError, DatabaseUnavailable):  # the next event meets the same error and reports it
            await verify_access(auth._pair_at_hand().access_token, auth._client())


def _hold(auth: AuthState, kind: Kind, event: Event) -> StateUpdate | None:
    """The update to send while the event waits, or None if it may run."""
    service, held = get_service(), auth._held_pair()
    connection, claims, now = auth._page.connection, auth._claims_at_hand(held), service.clock()
    within = acknowledged_within() if auth._page.issued is not None else ACKNOWLEDGED_WITHIN
    step = auth._page.step(kind, held, claims, now, signs_in=_signs_in(event), acknowledged_within=within)
    if step is Step.RUN:
        return None
    if step is Step.DROP:
        return StateUpdate()
    if step is Step.ASK_TO_CONNECT:
        if kind is Kind.ACTING:  # the page sends all other events again when it connects
            _wait(connection, event)
        return StateUpdate(events=Event.from_event_type(connections.connect_anew()))
    if event.name in LOADING:
        held_events.forget(connection, LOADING if kind is Kind.CONNECTING else NAVIGATING)
    is_tied = kind is Kind.ACTING and claims is not None and not _signs_in(event)
    _wait(connection, event, came_with=claims.session_id if is_tied and claims else None)
    if step is Step.WAIT:
        return StateUpdate()
    text = service.dpop.new_challenge()
    auth._page = auth._page.asked(text, now)
    challenge = {"text": text, "at": int(now.timestamp())}
    return StateUpdate(delta={auth.get_full_name(): {f"key_challenge{FIELD_MARKER}": challenge}})


def _wait(connection: str, event: Event, session: UUID | None = None, came_with: UUID | None = None) -> None:
    if connections.is_open(connection):  # in this process: otherwise nothing would ever run the event
        held_events.hold(connection, event, session=session, came_with=came_with)


async def _connected(app: rx.App, state: BaseState, auth: AuthState, event: Event) -> None:
    owner = auth._page.owner
    await _settle(app, auth)
    if owner is not None and not auth._page.belongs_to(owner):
        _remove_vars(event, session_storage_names(root_of(state)))


async def _settle(app: rx.App, auth: AuthState) -> None:
    """The connection has proved its session. If that is the owner's, what the page shows stays; if not, it is dropped."""
    if auth._page.owner is not None:
        try:
            await auth._authenticate()
        except (TooManyRequests, DatabaseUnavailable):
            # Nothing is shown, because the person cannot be verified now. They stay logged in: `enter` comes next and says why.
            auth._forget_person()
        except AuthError as error:
            auth._leave(error, stay=True)
    client_token, session = connection_of(auth).client_token, auth._page.proved_session(auth._claims_at_hand())
    connections.let_through(auth._page.connection, auth._page)
    for event in held_events.take(auth._page.connection, client_token, session):
        await app.event_processor.enqueue(client_token, event)


def _signs_in(event: Event) -> bool:
    registered = registrations().event_handlers.get(event.name)
    return registered is not None and handler_policy.signs_in(registered.handler.fn)
