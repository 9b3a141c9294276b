"""The guards: `page` and `guarded` for a page, `event` for an event handler. All are closed by default; `public=True` opens one.

The policy of all is one line: verify the access token, else rotate, else go to the login page. `AuthState._authenticate` in
`auth_state/state.py` does that; `admission.py` asks it before each guarded handler, and every page asks it on load.
"""

import functools
import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypedDict, TypeVar, TypeVarTuple, Unpack, overload

import reflex as rx
from reflex.event import EventCallback, EventType
from reflex.state import BaseState

from rxapp.auth.core.login.strength import Strength
from rxapp.auth.http.runtime.declared_roles import (
    DeclarationRefused,
    declared_roles,
    declared_strength,
    note_roles,
    shown_roles,
)
from rxapp.auth.web.admission import Asked, guarded_handler
from rxapp.auth.web.auth_state.state import IN, AuthState
from rxapp.auth.web.site import handler_policy
from rxapp.auth.web.site.conflicts import NotInstalled
from rxapp.auth.web.site.declarations import require_handler, require_one_meaning, require_page, require_view
from rxapp.auth.web.site.guarded_views import Requirement, marked
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui.placeholders import forbidden_view, two_factors_view, waiting_view

View = Callable[[], rx.Component]

V = TypeVar("V", bound=View)
S = TypeVar("S", bound=BaseState)
Arguments = TypeVarTuple("Arguments")


class PageOptions(TypedDict, total=False):
    """Further options of `rx.App.add_page`."""

    title: str | rx.Var[str]
    description: str | rx.Var[str]
    image: str
    meta: Sequence[Mapping[str, Any] | rx.Component]
    context: dict[str, Any]


class EventOptions(TypedDict, total=False):
    """Options of `rx.event`."""

    background: bool | None
    supersedes: bool | None
    stop_propagation: bool | None
    prevent_default: bool | None
    throttle: int | None
    debounce: int | None
    temporal: bool | None


def page(
    route: str,
    *,
    roles: Collection[str] = (),
    strength: str = "",
    public: bool = False,
    on_load: EventType[()] | None = (),
    waiting: View = waiting_view,
    forbidden: View = forbidden_view,
    **options: Unpack[PageOptions],
) -> Callable[[V], V]:
    """Declare a page for logged-in users with one of `roles`, for any logged-in user if none is named, or for all if `public`.

    With `strength="two factors"`, whoever has given no second factor in this session is asked for one first. `waiting` is shown
    until the person is verified, `forbidden` to a user without the role. The view's static text is part of the built page, so
    anyone can read it: load private data with guarded event handlers, named in `on_load`. Whoever may not see the page runs none
    of them.
    Raises `DeclarationRefused`.
    """
    needed = _needed(roles, strength)
    require_one_meaning(roles=needed.roles, public=public, strength=needed.strength)
    require_page(route, options)

    def decorate(view: V) -> V:
        require_view(view)
        note_roles(needed.roles)
        shown = view if public else _for_users(view, needed, waiting, forbidden)
        site.add_page(shown, route=route, on_load=on_load, **options)
        return view

    return decorate


def guarded(
    view: View,
    *,
    roles: Collection[str] = (),
    strength: str = "",
    waiting: View = waiting_view,
    forbidden: View = forbidden_view,
) -> View:
    """The view with the guard of `page`: `app.add_page(auth.guarded(view, roles=["Editor"]), route="/drafts", on_load=…)`.

    Whoever may not see the page runs none of its handlers on load. `page` says what the arguments are. Raises
    `DeclarationRefused`, and `NotInstalled` when a page is built without `install_auth`.
    """
    needed = _needed(roles, strength)
    require_view(view)
    note_roles(needed.roles)
    return _for_users(view, needed, waiting, forbidden)


def _needed(roles: Collection[str], strength: str) -> Requirement:
    wanted = declared_strength(strength)
    if wanted == Strength.BEST:
        raise DeclarationRefused('A page has one strength for all. Write strength="two factors", or "best" at the handlers.')
    return Requirement(frozenset(declared_roles(roles)), wanted)


def _for_users(view: View, needed: Requirement, waiting: View, forbidden: View) -> View:
    @functools.wraps(view)
    def behind_the_guard() -> rx.Component:
        if not site.is_installed:
            raise NotInstalled
        content = view()
        if needed.strength:
            content = rx.cond(AuthState.has_two_factors, content, two_factors_view(on_confirm=AuthState.go_on))
        if needed.roles:
            content = rx.cond(has_role(*sorted(needed.roles)), content, forbidden())
        return rx.fragment(rx.cond(AuthState.status == IN, content, waiting()))

    return marked(behind_the_guard, needed)


def has_role(*roles: str) -> rx.Var[bool]:
    """For `rx.cond`: whether the user has one of `roles`. It only decides what is shown; it protects nothing."""
    roles_held: Any = AuthState.roles  # a Var here, not a list
    return functools.reduce(operator.or_, (roles_held.contains(role) for role in shown_roles(roles)))


@overload
def event(
    handler: None = None,
    *,
    roles: Collection[str] = ...,
    public: bool = ...,
    fresh: bool = ...,
    strength: str = ...,
    signs_in: bool = ...,
    **options: Unpack[EventOptions],
) -> Callable[[Callable[[S, *Arguments], Any]], EventCallback[*Arguments]]: ...
@overload
def event(
    handler: Callable[[S, *Arguments], Any],
    *,
    roles: Collection[str] = ...,
    public: bool = ...,
    fresh: bool = ...,
    strength: str = ...,
    signs_in: bool = ...,
    **options: Unpack[EventOptions],
) -> EventCallback[*Arguments]: ...
def event(
    handler: Callable[[S, *Arguments], Any] | None = None,
    *,
    roles: Collection[str] = (),
    public: bool = False,
    fresh: bool = False,
    strength: str = "",
    signs_in: bool = False,
    **options: Unpack[EventOptions],
) -> Any:
    """`rx.event` for logged-in users with one of `roles`, for any logged-in user if none is named, or for all if `public`.

    If the access token has expired, it is rotated and then the handler runs, so no click is lost. With `fresh`, a person whose
    last proof is too old is asked for a new one first, and then the handler runs. With `strength="two factors"`, whoever has
    given no second factor in this session is asked for one in the same way, with `"best"` only if they have one. A handler that
    `signs_in` begins a session: it waits until the browser has proved the key to which the session is bound, if it can keep one.
    `options` are those of `rx.event`. Raises `DeclarationRefused`.
    """
    wanted, background = frozenset(declared_roles(roles)), options.get("background") or False
    how_strong = declared_strength(strength)
    require_one_meaning(roles=wanted, public=public, strength=how_strong, fresh=fresh, signs_in=signs_in, background=background)
    if handler is None:
        given: dict[str, Any] = {"public": public, "fresh": fresh, "strength": how_strong, "signs_in": signs_in}
        return functools.partial(event, roles=wanted, **given, **options)
    require_handler(handler, strength=how_strong, fresh=fresh, signs_in=signs_in, background=background)
    if signs_in:
        handler_policy.signing_in(handler)
    if public:
        return rx.event(handler_policy.public(handler), **options)
    guarded = guarded_handler(handler, Asked(wanted, fresh, how_strong), is_background=background)
    return rx.event(handler_policy.guarded(guarded, wanted), **options)
