"""Clears the state of one person before the page belongs to another person, or to nobody."""

import copy
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from reflex.istate.storage import SessionStorage
from reflex.state import BaseState
from reflex_base.constants.state import FIELD_MARKER

from rxapp.auth.web.reflex_internals.registered_handlers import is_reflexs_own
from rxapp.auth.web.reflex_internals.shared_states import is_linked, leave_shared_states, may_be_shared


def forget_private_state(root: BaseState, *, exclude: Collection[type[BaseState]], is_whole: bool = False) -> None:
    """Reset every state that is not Reflex's own to its defaults, except those of `exclude` and vars in the browser's storage.

    Reflex stores a page's state under a token of the page, not of the person. So whatever is not cleared at logout is sent to the
    next person who logs in on that page. Cached computed vars are cleared too, because Reflex does not see all that they depend
    on. Of the browser's storage, vars that last as long as the tab (`rx.SessionStorage`) belong to the person and are cleared.
    The page is unlinked from shared states, and these are not changed.

    `is_whole` says that the tree has never been stored elsewhere. Then a state that nobody has ever written to has never shown
    anything but its defaults, and the page is not sent them again. Most states of an app belong to pages other than this one.
    A shared state may have shown other values in its place.

    Needs: how a state holds its vars (`get_fields()`, `Field._owner`, `computed_vars`, `_cache_attr`), makes their defaults
    (`Field.default_factory`), and marks what has changed (`dirty_vars`, `_mark_dirty()`, `_was_touched`).
    Why: `State.reset()` does not cover states that are not loaded, cached computed vars, or attributes that a handler has added.
    Without it: the next person is sent what the last one saw.
    """
    leave_shared_states(root)
    all_states = list(_states_below(root))  # all must exist before the first is reset, because a reset reads dependent states
    for state in all_states:
        if type(state) not in exclude and not is_reflexs_own(type(state)):
            _set_back(state, may_differ=state._was_touched or not is_whole or may_be_shared(state))


def forget_these(root: BaseState, which: Collection[type[BaseState]]) -> None:
    """Reset these states to their defaults. The same is needed as for `forget_private_state`."""
    if which:
        for state in list(_states_below(root)):
            if type(state) in which:
                _set_back(state, may_differ=True)


def session_storage_names(root: BaseState) -> set[str]:
    """The vars that a browser keeps as long as the tab, by the names under which it reports them.

    Needs: that the default of such a var is a `SessionStorage`, and that names may end with Reflex's marker.
    Why: a tab reports what it has kept of the person who has left.
    Without it: Reflex stores it as the next person's.
    """
    names = {f"{cls.get_full_name()}.{name}" for cls in _classes_below(type(root)) for name in _parts_of(cls).of_the_tab}
    return names | {f"{name}{FIELD_MARKER}" for name in names}


def _classes_below(parent: type[BaseState]) -> Iterator[type[BaseState]]:
    for cls in parent.get_substates():
        yield cls
        yield from _classes_below(cls)


def _states_below(parent: BaseState) -> Iterator[BaseState]:
    """Each state below `parent`, and a new one for each that is not loaded.

    With Redis, an event loads only the states that it needs. The others would keep their values, so new ones are stored instead.
    """
    for cls in type(parent).get_substates():
        name = cls.get_name()
        if name not in parent.substates and not is_reflexs_own(cls):
            parent.substates[name] = _with_all_vars_set(cls(parent, init_substates=False, _reflex_internal_init=True))
        if (state := parent.substates.get(name)) is not None and not is_linked(state):
            yield state
            yield from _states_below(state)


def _with_all_vars_set(state: BaseState) -> BaseState:
    """Make it look as if all its vars were set: the values of the stored state are unknown, and the page may show any of them."""
    parts = _parts_of(type(state))
    vars(state).update(dict.fromkeys(parts.set_back | parts.caches.keys()))
    return state


def _set_back(state: BaseState, *, may_differ: bool) -> None:
    """Delete all that the instance holds: vars, cached values of computed vars, and attributes that a handler has added.

    `may_differ` says whether the page may show other values of its vars than their defaults. A computed var may depend on other
    states, and a default that is made anew may be another one each time: the page is always told of these.
    """
    parts, held = _parts_of(type(state)), vars(state)
    shown = parts.never_cached | {parts.caches[cache] for cache in parts.caches.keys() & held.keys()}
    shown |= (parts.set_back if may_differ else parts.made_anew) & held.keys()
    for name in held.keys() - parts.kept:
        del held[name]
    if may_differ or shown:
        state._was_touched = True
        state.dirty_vars.update(shown)
        state._mark_dirty()


class _Parts(NamedTuple):
    """The vars that a state class itself declares: those to reset, those that the browser keeps, and the computed ones.

    `made_anew` has those of `set_back` whose default a function of the app makes. `caches` gives the name of a computed var for
    the attribute in which instances cache its value.
    """

    set_back: frozenset[str]
    made_anew: frozenset[str]
    kept: frozenset[str]
    of_the_tab: frozenset[str]
    caches: Mapping[str, str]
    never_cached: frozenset[str]


_known: dict[type[BaseState], tuple[tuple[int, int], _Parts]] = {}


def _parts_of(cls: type[BaseState]) -> _Parts:
    counts = len(cls.get_fields()), len(cls.computed_vars)
    if _known.get(cls, (None, None))[0] != counts:  # an app may add vars while it starts
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
        made_anew=frozenset(name for name in own.keys() - kept if _is_made_anew(own[name].default_factory)),
        kept=frozenset(kept),
        of_the_tab=frozenset(stored - kept),
        caches={var._cache_attr: name for name, var in computed.items() if var._cache},
        never_cached=frozenset(name for name, var in computed.items() if not var._cache),
    )


def _is_made_anew(factory: Any) -> bool:
    """Whether it may make another default each time. Reflex copies a default that is a list, a dict or the like."""
    return factory not in (None, list, dict, set) and getattr(factory, "func", None) is not copy.deepcopy
