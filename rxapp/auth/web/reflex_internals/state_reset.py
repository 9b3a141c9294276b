"""Forgetting what one person's state held before the next person, or nobody, sees it."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from reflex.istate.storage import SessionStorage
from reflex.state import BaseState
from reflex_base.constants.state import FIELD_MARKER

from rxapp.auth.web.reflex_internals.registered_handlers import is_reflexs_own
from rxapp.auth.web.reflex_internals.shared_states import is_linked, leave_shared_states


def forget_private_state(root: BaseState, *, exclude: type[BaseState]) -> None:
    """Set every state that is not Reflex's own back to how it begins, save `exclude` and what lives in the browser's storage.

    Reflex keys a page's state by a token of the page, not of the person, so what is not forgotten at sign-out is sent to whoever
    signs in on that page next. Cached computed vars are forgotten too: one may have looked at what Reflex cannot see. Of the
    browser's storage, what lasts as long as the tab (`rx.SessionStorage`) is the person's. Shared states are left, and not
    written to.

    Needs: how a state holds its vars (`get_fields()`, `Field._owner`, `computed_vars`, `_cache_attr`), and marks what has changed
    (`dirty_vars`, `_mark_dirty()`, `_was_touched`).
    Why: `State.reset()` knows neither states that are not at hand, nor cached computed vars, nor what a handler has added.
    Without it: the next person is sent what the last one saw.
    """
    leave_shared_states(root)
    all_states = list(_states_below(root))  # each must be there before one is set back, which looks at those that depend on it
    for state in all_states:
        if type(state) is not exclude and not is_reflexs_own(type(state)):
            _set_back(state)


def session_storage_names(root: BaseState) -> set[str]:
    """The vars that a browser keeps as long as a tab lasts, as it names them when it reports what it holds.

    Needs: that the default of such a var is a `SessionStorage`, and that names may end with Reflex's marker.
    Why: a tab reports what it has kept of the person who has left it.
    Without it: that is stored as the next one's.
    """
    names = {f"{cls.get_full_name()}.{name}" for cls in _classes_below(type(root)) for name in _parts_of(cls).of_the_tab}
    return names | {f"{name}{FIELD_MARKER}" for name in names}


def _classes_below(parent: type[BaseState]) -> Iterator[type[BaseState]]:
    for cls in parent.get_substates():
        yield cls
        yield from _classes_below(cls)


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
    parts = _parts_of(type(state))
    vars(state).update(dict.fromkeys(parts.set_back | parts.caches.keys()))
    return state


def _set_back(state: BaseState) -> None:
    """All that the instance holds are its vars, set or computed, and what a handler has put beside them."""
    parts, held = _parts_of(type(state)), vars(state)
    shown = (
        parts.set_back & held.keys() | parts.never_cached | {parts.caches[cache] for cache in parts.caches.keys() & held.keys()}
    )
    for name in held.keys() - parts.kept:
        del held[name]
    state._was_touched = True
    state.dirty_vars.update(shown)
    state._mark_dirty()


class _Parts(NamedTuple):
    """What a class of states has of its own: the vars that are set back and those that the browser keeps, and the computed ones.

    `caches` are the names of computed vars by those under which instances hold their values.
    """

    set_back: frozenset[str]
    kept: frozenset[str]
    of_the_tab: frozenset[str]
    caches: Mapping[str, str]
    never_cached: frozenset[str]


_known: dict[type[BaseState], tuple[tuple[int, int], _Parts]] = {}


def _parts_of(cls: type[BaseState]) -> _Parts:
    counts = len(cls.get_fields()), len(cls.computed_vars)
    if _known.get(cls, (None, None))[0] != counts:  # an app may add vars while it is put together
        _known[cls] = counts, _find_parts(cls)
    return _known[cls][1]


def _find_parts(cls: type[BaseState]) -> _Parts:
    own = {name: field for name, field in cls.get_fields().items() if field._owner is cls}
    stored = {name for name in own if cls._is_client_storage(name)}
    kept = {name for name in stored if not isinstance(own[name].default, SessionStorage)}
    above = cls.get_parent_state()
    computed = {name: var for name, var in cls.computed_vars.items() if above is None or name not in above.computed_vars}
    return _Parts(
        set_back=frozenset(own.keys() - kept),
        kept=frozenset(kept),
        of_the_tab=frozenset(stored - kept),
        caches={var._cache_attr: name for name, var in computed.items() if var._cache},
        never_cached=frozenset(name for name, var in computed.items() if not var._cache),
    )
