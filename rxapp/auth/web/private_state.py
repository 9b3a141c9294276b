"""Forgetting what one person's state held before the next person, or nobody, sees it."""

from collections.abc import Iterator

from reflex.istate.storage import SessionStorage
from reflex.state import BaseState
from reflex_base.vars.base import ComputedVar

from rxapp.auth.web.own_machinery import is_reflexs_own
from rxapp.auth.web.shared_states import is_linked, leave_shared_states


def forget_private_state(root: BaseState, *, besides: type[BaseState]) -> None:
    """Set every state that is not Reflex's own back to how it begins, save `besides` and what lives in the browser's storage.

    Reflex keys a page's state by a token of the page, not of the person, so what is not forgotten at sign-out is sent to whoever
    signs in on that page next. Cached computed vars are forgotten too: one may have looked at what Reflex cannot see. Of the
    browser's storage, what lasts as long as the tab (`rx.SessionStorage`) is the person's. Shared states are left, and not
    written to.
    """
    leave_shared_states(root)
    for state in _states_below(root):
        if type(state) is not besides and not is_reflexs_own(type(state)):
            _set_back(state)


def _states_below(parent: BaseState) -> Iterator[BaseState]:
    """Each state, and in place of what is not at hand a new one.

    With Redis, an event has only those at hand that it needs. The others would keep what they hold; a new one is stored instead.
    """
    for cls in type(parent).get_substates():
        name = cls.get_name()
        if name not in parent.substates and not is_reflexs_own(cls):
            parent.substates[name] = _as_if_all_were_held(cls(parent, init_substates=False, _reflex_internal_init=True))
        if (state := parent.substates.get(name)) is not None and not is_linked(state):
            yield state
            yield from _states_below(state)


def _as_if_all_were_held(state: BaseState) -> BaseState:
    """What the stored one holds is not known, and the page may show any of it."""
    vars(state).update(dict.fromkeys(_set_back_of(type(state)) | {var._cache_attr for var in _computed_by(type(state)).values()}))
    return state


def _set_back(state: BaseState) -> None:
    """All that the instance holds are its vars, set or computed, and what a handler has put beside them."""
    cls, held = type(state), vars(state)
    shown = {name for name, var in _computed_by(cls).items() if not var._cache or var._cache_attr in held}
    shown |= _set_back_of(cls) & held.keys()
    for name in held.keys() - _kept_by_the_browser(cls):
        del held[name]
    state._was_touched = True
    state.dirty_vars.update(shown)
    state._mark_dirty()


def _computed_by(cls: type[BaseState]) -> dict[str, ComputedVar]:
    """Its own computed vars, those of the states above left out."""
    above = cls.get_parent_state()
    return {name: var for name, var in cls.computed_vars.items() if above is None or name not in above.computed_vars}


def _set_back_of(cls: type[BaseState]) -> frozenset[str]:
    """The vars of the class itself that a person's leaving sets back."""
    own = {name for name, field in cls.get_fields().items() if field._owner is cls}
    return frozenset(own - _kept_by_the_browser(cls))


def _kept_by_the_browser(cls: type[BaseState]) -> frozenset[str]:
    """Its vars in cookies and local storage."""
    fields = cls.get_fields().items()
    return frozenset(
        name for name, field in fields if cls._is_client_storage(name) and not isinstance(field.default, SessionStorage)
    )
