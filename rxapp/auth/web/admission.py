"""Admission to guarded event handlers: the checks before a handler runs, and while it runs."""

import functools
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import reflex as rx

from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.errors import AuthError, PermissionDenied
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.login.strength import Strength
from rxapp.auth.http.logs.event_log import logged_event
from rxapp.auth.http.runtime.request_context import note_identity, note_outcome
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.auth_state.outage import OutageState
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.auth_state.step_up import has_enough
from rxapp.auth.web.direct_calls import DirectCall, is_direct_call
from rxapp.auth.web.handler_calls import HandlerCall
from rxapp.auth.web.page_session.work import AdmittedNoMore, PageWork, end_work, running_work
from rxapp.auth.web.reflex_internals.state_trees import StateProxy, locked, page_client

H = TypeVar("H", bound=Callable)


@dataclass(frozen=True, slots=True)
class _Admission:
    """The person whom the guard has admitted, the handler, and the roles that were checked."""

    identity: Identity
    handler: Callable
    roles: frozenset[str]


_admitted: ContextVar[_Admission] = ContextVar("admitted")


def current_user(_state: rx.State | None = None, /) -> Identity:
    """The user who called the running guarded event handler. Raises `PermissionDenied` if no guard has admitted anybody.

    `current_user(self)` returns the same: a handler runs for one person, in any state.
    """
    return _present_admission().identity


async def admit_again(state: rx.State, /) -> Identity:
    """In a guarded background task, inside `async with self`: repeat the check that the guard made when the task began.

    A task ends by itself when its page belongs to somebody else. This asks the database too: whether the session is still active
    and the user still has the roles. Raises `AdmittedNoMore`, which ends the task. The task need not catch it.
    """
    return await _ask_again(state, _present_admission())


@dataclass(frozen=True, slots=True)
class Asked:
    """What a guard asks for: one of these roles, a fresh authentication, and how strong the session must be."""

    roles: frozenset[str]
    is_fresh: bool
    strength: Strength


def guarded_handler(handler: H, asked: Asked, *, is_background: bool) -> H:
    """The handler with its guard, as Reflex calls it. Another handler that calls it directly must await it."""

    @functools.wraps(handler)
    async def guarded_task(self: rx.State, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        async for chained in _guard(HandlerCall(handler, self, args, kwargs), asked):
            yield chained

    @functools.wraps(handler)
    def guarded(self: rx.State, *args: Any, **kwargs: Any) -> Any:
        is_direct = is_direct_call(handler)
        stream = _guard(HandlerCall(handler, self, args, kwargs, is_direct), asked)
        return DirectCall(handler.__qualname__, stream) if is_direct else stream

    return cast("H", guarded_task if is_background else guarded)  # for Reflex, a background task must be an async function


async def _guard(call: HandlerCall, asked: Asked) -> AsyncGenerator[Any]:
    """What the handler yields and returns, if its caller is admitted."""
    with logged_event(call.handler.__qualname__):
        async with locked(call.state):
            auth = await call.state.get_state(AuthState)
            sent = auth._page.issued
            identity = await _admit(auth, call, asked)
            has_rotated = auth._page.issued is not sent
        if identity is None:
            if call.is_direct:
                raise AdmittedNoMore
            return
        if has_rotated:
            yield None  # sends the pair to the browser before the handler's own work begins
        admission = _Admission(identity, call.handler, asked.roles)
        try:
            async with aclosing(_as_admitted(admission, call.results())) as results:
                async for chained in results:
                    await _ask_if_doubtful(call.state, admission)
                    yield chained
        except AdmittedNoMore:
            if not isinstance(call.state, StateProxy) and not auth._page.belongs_to(identity.session_id):
                auth._forget_states()  # also what the handler has set in its clean-up
            if call.is_direct:
                raise


def _present_admission() -> _Admission:
    try:
        return _admitted.get()
    except LookupError:
        raise PermissionDenied from None


async def _as_admitted(admission: _Admission, results: AsyncGenerator[Any]) -> AsyncGenerator[Any]:
    """What an admitted handler yields. Between its steps, the caller has its own admission again."""
    try:
        while True:
            before = _admitted.set(admission)
            try:
                result = await anext(results)
            except StopAsyncIteration:
                return
            finally:
                _admitted.reset(before)
            yield result
    finally:
        before = _admitted.set(admission)
        try:
            await results.aclose()
        finally:
            _admitted.reset(before)


async def _ask_if_doubtful(state: rx.State, admission: _Admission) -> None:
    """Check again if something has happened to the session or its user since the handler was admitted."""
    work = running_work()
    if work is None:
        return
    if work.is_over:
        raise AdmittedNoMore
    if work.is_doubtful:
        work.is_doubtful = False
        async with locked(state):
            await _ask_again(state, admission)


async def _ask_again(state: rx.State, admission: _Admission) -> Identity:
    try:
        return await _still_admitted(state, admission)
    except AdmittedNoMore:
        end_work(admission.identity.session_id)
        raise


async def _still_admitted(state: rx.State, admission: _Admission) -> Identity:
    auth = await state.get_state(AuthState)
    owner = auth._page.owner
    if owner is None or not auth._page.belongs_to(admission.identity.session_id):
        raise AdmittedNoMore  # the page is at the login page already, or another person's: do not redirect it
    try:
        identity = await in_thread(get_service().verify_session, owner)
    except AuthError as error:
        auth._leave(error)
        raise AdmittedNoMore from None
    if not await _has_role(identity, state, admission.handler, admission.roles):
        raise AdmittedNoMore
    return identity


async def _admit(auth: AuthState, call: HandlerCall, asked: Asked) -> Identity | None:
    """The identity, if it is admitted. If not, the page has got its next step: the login page or the dialog for a proof."""
    try:
        identity = await auth._authenticate()
    except AuthError as error:
        note_outcome(error.code)
        auth._leave(error)
        return None
    (await call.state.get_state(OutageState))._clear()
    note_identity(identity)
    work = running_work()
    if work is not None and not _is_for(auth, work):
        return None
    if not await _has_role(identity, call.state, call.handler, asked.roles):
        return None
    enough = await has_enough(
        call.state,
        identity,
        path=auth._path_and_query(),
        interrupted=call.as_event,
        is_fresh=asked.is_fresh,
        strength=asked.strength,
    )
    return identity if enough else None


def _is_for(auth: AuthState, work: PageWork) -> bool:
    """Whether the page still belongs to the session whose work has chained this event, if any. The work gets the page's user."""
    if work.started_by is not None and not auth._page.belongs_to(work.started_by):
        return False
    work.user_id = auth._identity.user_id if auth._identity else None
    return True


async def _has_role(identity: Identity, state: rx.State, handler: Callable, roles: frozenset[str]) -> bool:
    """Whether the user may call the handler. If not, the audit log says so."""
    if identity.has_role(*roles):
        return True
    # Their page shows nothing that calls this handler, so this may be an attack (ASVS 16.3.2).
    note_outcome(PermissionDenied.code)
    facts: dict[str, Any] = {"user_id": identity.user_id, "session_id": identity.session_id, "client": page_client(state)}
    await in_thread(get_service().failures.record, EventKind.PERMISSION_DENIED, detail=handler.__qualname__, **facts)
    return False
