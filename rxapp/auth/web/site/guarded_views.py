"""The mark of a guarded view: whoever shows it, in `auth.page` or in `app.add_page`, has a page for logged-in people."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import reflex as rx

from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.login.strength import Strength, has_two_factors

V = TypeVar("V", bound=Callable[[], rx.Component])

_MARK = "__auth_view__"


class Requirement(NamedTuple):
    """What a person needs to see a view: one of these roles, or none if there are none, and a session of this strength."""

    roles: frozenset[str]
    strength: Strength = Strength.ANY

    def is_met_by(self, identity: Identity) -> bool:
        """Whether this person may see the view."""
        return identity.has_role(*self.roles) and not self.lacks_factor(identity)

    def lacks_factor(self, identity: Identity) -> bool:
        """Whether a second factor is all that this person lacks, or one of the things."""
        return self.strength == Strength.TWO_FACTORS and not has_two_factors(identity)


def marked(view: V, requirement: Requirement) -> V:
    """Mark a view as guarded. `functools.wraps` copies the mark to whatever is put around the view."""
    setattr(view, _MARK, requirement)
    return view


def requirement_of(view: object) -> Requirement | None:
    """What a person needs to see the view. None if the view is for everyone."""
    return getattr(view, _MARK, None)
