"""The mark of a guarded view: whoever shows it, in `auth.page` or in `app.add_page`, has a page for logged-in people."""

from collections.abc import Callable, Collection
from typing import TypeVar

import reflex as rx

V = TypeVar("V", bound=Callable[[], rx.Component])

_MARK = "__auth_view__"


def marked(view: V, roles: Collection[str]) -> V:
    """Mark a view as guarded. `functools.wraps` copies the mark to whatever is put around the view."""
    setattr(view, _MARK, frozenset(roles))
    return view


def roles_of(view: object) -> frozenset[str] | None:
    """The roles of which a person needs one to see the view, empty for any person. None if the view is for everyone."""
    return getattr(view, _MARK, None)
