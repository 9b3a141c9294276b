"""Checks of the declarations. A contradictory one raises an error at once, and the error says what to write."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import reflex as rx

from rxapp.auth.http.runtime.declared_roles import DeclarationRefused, require_flags
from rxapp.auth.web.reflex_internals.uploads import takes_files
from rxapp.auth.web.site import handler_policy
from rxapp.auth.web.site.guarded_views import requirement_of

_PAGE_OPTIONS = frozenset(inspect.signature(rx.App.add_page).parameters) - {"self", "component"}


def require_one_meaning(*, roles: object, public: bool, strength: str = "", fresh: bool = False, **flags: object) -> None:
    """Raise `DeclarationRefused` if it is public and also has a requirement."""
    require_flags(public=public, fresh=fresh, **flags)
    for asks, words in ((roles, "roles"), (fresh, "fresh=True"), (strength, "strength")):
        if public and asks:
            raise DeclarationRefused(f"public=True is for everyone, and {words} is not. Write one of the two.")


def require_page(route: object, options: Mapping[str, Any]) -> None:
    """Raise `DeclarationRefused` for a page without a route, or with options that are not a page's."""
    if not isinstance(route, str):
        raise DeclarationRefused('A page needs its route. Write @auth.page("/customers").')
    for name in options.keys() - _PAGE_OPTIONS:
        raise DeclarationRefused(f"auth.page takes no {name}. Write it at the handlers, @auth.event(…), if it is an event's.")


def require_view(view: object) -> None:
    """Raise `DeclarationRefused` for what is not a function that returns a component, and for one that has a guard already."""
    if not callable(view) or isinstance(view, rx.Component):
        raise DeclarationRefused("auth.guarded guards a view, the function that returns a component. Write auth.guarded(view).")
    if requirement_of(view) is not None:
        name = getattr(view, "__name__", "view")
        raise DeclarationRefused(f"{name} has a guard already. Write one auth.page or auth.guarded that says all of it.")


def require_handler(handler: Any, *, strength: str = "", fresh: bool, signs_in: bool, background: bool) -> None:
    """Raise `DeclarationRefused` if no page could call the handler, or if its options cannot work together."""
    if isinstance(handler, str | list | tuple | set | frozenset):
        raise DeclarationRefused('Roles are given by keyword. Write @auth.event(roles=["Manager"]).')
    if not inspect.isfunction(handler):
        kind = type(handler).__name__
        raise DeclarationRefused(f"auth.event guards a `def` in a state, and this is a {kind}. Write it over the `def` itself.")
    name = handler.__name__
    if name.startswith("_"):
        raise DeclarationRefused(f"{name} begins with an underscore, so no page can call it. Give it another name, or no guard.")
    if handler_policy.is_marked(handler):
        raise DeclarationRefused(f"{name} has a guard already. Write one @auth.event(…) that says all of it.")
    if background and not _is_asynchronous(handler):
        raise DeclarationRefused(f"{name} has background=True, and would hold up everybody. Write `async def {name}`.")
    written = {"fresh=True": fresh, "signs_in=True": signs_in, f'strength="{strength}"': bool(strength)}
    for asked, is_set in written.items():
        if is_set and takes_files(handler):
            raise DeclarationRefused(
                f"{name} has {asked} and is an upload, whose files are gone before its person has been asked for anything. "
                f"Put {asked} on a handler that comes first, and let that show the upload."
            )


def _is_asynchronous(handler: Callable) -> bool:
    return inspect.iscoroutinefunction(handler) or inspect.isasyncgenfunction(handler)
