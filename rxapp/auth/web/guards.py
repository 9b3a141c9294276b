"""The two guards: `page` for a route and `event` for an event handler. Closed by default; what is open says `public=True`.

The policy of both is one line: verify the access token, else rotate, else go to the login page.
"""

import functools
import inspect
import operator
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from rxapp.auth.errors import AuthError, FreshAuthenticationRequired, PermissionDenied
from rxapp.auth.identity import Identity
from rxapp.auth.security_events import EventKind
from rxapp.auth.web import policy
from rxapp.auth.web.confirmation import ConfirmationState
from rxapp.auth.web.event_log import logged_event
from rxapp.auth.web.outage import OutageState
from rxapp.auth.web.placeholders import forbidden_view, waiting_view
from rxapp.auth.web.request_context import note_identity, note_outcome
from rxapp.auth.web.runtime import get_service, in_thread
from rxapp.auth.web.senders import page_client
from rxapp.auth.web.site import site
from rxapp.auth.web.state import IN, AuthState

View = Callable[[], rx.Component]


@dataclass(frozen=True, slots=True)
class _Admission:
    """Whom the guard let in, to what, and what it asked."""

    identity: Identity
    handler: Callable
    roles: frozenset[str]


_admitted: ContextVar[_Admission] = ContextVar("admitted")


class AdmittedNoMore(PermissionDenied):
    """The session of the one who started this background task has ended, or a role was taken away. The guard ends the task."""

    def __init__(self, refusal: EventSpec | None) -> None:
        super().__init__()
        self.refusal = refusal


def current_user(_state: rx.State | None = None, /) -> Identity:
    """Who called the guarded event handler that is running. Raises `PermissionDenied` where no guard has admitted anybody.

    `current_user(self)` says the same: in a handler there is one person, whatever its state.
    """
    try:
        return _admitted.get().identity
    except LookupError:
        raise PermissionDenied from None


async def admit_again(state: rx.State, /) -> Identity:
    """In a guarded background task, inside `async with self`: ask once more what the guard asked when the task began.

    A task outlives the moment in which it was let in: meanwhile its person may have signed out, and the page, whose state this
    is, may be somebody else's. Raises `AdmittedNoMore`, which the task need not catch: it ends there.
    """
    try:
        admission = _admitted.get()
    except LookupError:
        raise PermissionDenied from None
    auth = await state.get_state(AuthState)
    session_id = admission.identity.session_id
    if auth._page.owner != session_id:
        raise AdmittedNoMore(None)  # the page is at the login page already, or another's: it is not to be sent anywhere
    try:
        identity = await in_thread(get_service().verify_session, session_id)
    except AuthError as error:
        auth._leave(error)
        raise AdmittedNoMore(None) from None
    if not await _has_role(identity, state, admission.handler, admission.roles):
        raise AdmittedNoMore(None)
    return identity


def page(
    route: str,
    *,
    roles: Sequence[str] = (),
    public: bool = False,
    on_load: Any = (),
    waiting: View = waiting_view,
    forbidden: View = forbidden_view,
    **options: Any,
) -> Callable[[View], View]:
    """Declare a page for signed-in users with one of `roles`, for any signed-in user if none is named, or for all.

    `waiting` is shown until it is known who is there, `forbidden` to a user without the role. The view's static text is part of
    the built page and so can be read by anyone: load what is private with guarded event handlers, named in `on_load`.
    """

    def decorate(view: View) -> View:
        policy.note_roles(roles)
        handlers = on_load if isinstance(on_load, list | tuple) else [on_load]
        shown = view if public else _for_users(view, roles, waiting, forbidden)
        site.add_page(shown, is_guarded=not public, route=route, on_load=[AuthState.enter, *handlers], **options)
        return view

    return decorate


def _for_users(view: View, roles: Sequence[str], waiting: View, forbidden: View) -> View:
    @functools.wraps(view)
    def guarded() -> rx.Component:
        content = rx.cond(has_role(*roles), view(), forbidden()) if roles else view()
        return rx.fragment(rx.cond(AuthState.status == IN, content, waiting()))

    return guarded


def has_role(*roles: str) -> rx.Var[bool]:
    """For `rx.cond`: whether the user has one of `roles`. It decides what is shown and protects nothing."""
    roles_held: Any = AuthState.roles  # a Var here, not a list
    return functools.reduce(operator.or_, (roles_held.contains(role) for role in roles))


def event(
    handler: Callable | None = None,
    *,
    roles: Sequence[str] = (),
    public: bool = False,
    fresh: bool = False,
    signs_in: bool = False,
    **options: Any,
) -> Any:
    """`rx.event` for signed-in users with one of `roles`, for any signed-in user if none is named, or for all if `public`.

    An expired access token is rotated and the handler then runs: the click is not lost. With `fresh`, who gave their password too
    long ago is asked for it first, and then the handler runs. A handler that `signs_in` begins a session: it runs once the
    browser has proved a key to bind it to, if it can keep one. `options` are those of `rx.event`.
    """
    if handler is None:
        return functools.partial(event, roles=roles, public=public, fresh=fresh, signs_in=signs_in, **options)
    if signs_in:
        policy.signing_in(handler)
    if public:
        return rx.event(policy.public(handler), **options)
    wanted = frozenset(roles)
    guarded = _guarded(handler, wanted, is_fresh=fresh, is_background=bool(options.get("background")))
    return rx.event(policy.guarded(guarded, wanted), **options)


def _guarded(handler: Callable, roles: frozenset[str], *, is_fresh: bool, is_background: bool) -> Callable:
    @functools.wraps(handler)
    async def guarded(self: rx.State, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        with logged_event(handler.__qualname__):
            async with self if is_background else nullcontext():
                auth = await self.get_state(AuthState)
                sent = auth._page.issued
                identity, refusal = await _admit(auth, self, handler, kwargs, roles, is_fresh=is_fresh)
                has_rotated = auth._page.issued is not sent
            if identity is None:
                yield refusal
                return
            if has_rotated:
                yield None  # sends the pair on its way before the handler's own work begins
            _admitted.set(_Admission(identity, handler, roles))
            try:
                async for chained in _run(handler(self, *args, **kwargs)):
                    yield chained
            except AdmittedNoMore as error:
                yield error.refusal

    return guarded


async def _admit(
    auth: AuthState, state: rx.State, handler: Callable, payload: dict[str, Any], roles: frozenset[str], *, is_fresh: bool
) -> tuple[Identity | None, EventSpec | None]:
    """The identity if it may pass, else None and where to go instead."""
    try:
        identity = await auth._authenticate()
    except AuthError as error:
        note_outcome(error.code)
        auth._leave(error)
        return None, None
    (await state.get_state(OutageState))._take_back()
    note_identity(identity)
    if not await _has_role(identity, state, handler, roles):
        return None, None
    try:
        if is_fresh:
            get_service().require_fresh(identity)
    except FreshAuthenticationRequired as error:
        note_outcome(error.code)
        interrupted = rx.event.Event(name=f"{state.get_full_name()}.{handler.__name__}", payload=payload)
        (await state.get_state(ConfirmationState))._ask(interrupted)
        return None, None
    return identity, None


async def _has_role(identity: Identity, state: rx.State, handler: Callable, roles: frozenset[str]) -> bool:
    """Whether they may call the handler; if not, that is written down."""
    if identity.has_role(*roles):
        return True
    # The page shows them nothing that calls this handler, so somebody may be trying doors (ASVS 16.3.2).
    note_outcome(PermissionDenied.code)
    facts: dict[str, Any] = {"user_id": identity.user_id, "session_id": identity.session_id, "client": page_client(state)}
    await in_thread(get_service().failures.record, EventKind.PERMISSION_DENIED, detail=handler.__qualname__, **facts)
    return False


async def _run(result: Any) -> AsyncIterator[Any]:
    """What a handler of any kind yields or returns, as one stream."""
    if inspect.isasyncgen(result):
        async for chained in result:
            yield chained
    elif inspect.isgenerator(result):
        while True:
            try:
                chained = next(result)
            except StopIteration as end:
                yield end.value
                return
            yield chained
    else:
        yield await result if inspect.isawaitable(result) else result
