"""What one person's state held is forgotten whole, also where an event has only a part of it at hand, as with Redis."""

import datetime as dt

import pytest
import reflex as rx
from reflex_base.constants.state import FIELD_MARKER

from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.reflex_internals.state_reset import forget_private_state

SECRET = "what the last person saw"


class ShownState(rx.State):
    """What a page shows of a person."""

    shown: str = ""
    theme: str = rx.LocalStorage("")


class NestedState(ShownState):
    """A state below another."""

    nested: str = ""


def state_of_a_function() -> type[rx.State]:
    """A state that is defined in a function belongs to a module of Reflex's."""

    class LocalState(rx.State):
        """Held by its function."""

        shown: str = ""

    return LocalState


class Notepad(rx.ComponentState):
    """A component with a state of its own."""

    shown: str = ""

    @classmethod
    def get_component(cls, **props: object) -> rx.Component:
        return rx.el.p(cls.shown, **props)


class ComputingState(rx.State):
    """Computed vars of whose causes Reflex knows nothing, or that it keeps for a while."""

    draft: str = rx.SessionStorage("", name="draft")
    _held: str = ""

    @rx.var(interval=dt.timedelta(days=1))
    def once_a_day(self) -> str:
        return self._held

    @rx.var(auto_deps=False)
    def for_a_hidden_reason(self) -> str:
        return self._held


IN_MODULES_OF_REFLEX = {"a function": state_of_a_function(), "a component": Notepad.create().State}


@pytest.fixture
def root() -> rx.State:
    """As Redis gives it for an event of `AuthState`: the root, and of its substates that one alone."""
    root = rx.State(_reflex_internal_init=True, init_substates=False)
    root.substates[AuthState.get_name()] = AuthState(parent_state=root, _reflex_internal_init=True, init_substates=False)
    return root


def shown_below(root: rx.State) -> ShownState:
    return root.substates[ShownState.get_name()]


def test_states_at_hand_are_set_back():
    root = rx.State(_reflex_internal_init=True)
    shown_below(root).shown = SECRET
    forget_private_state(root, exclude={AuthState})
    assert shown_below(root).shown == ""


def test_states_that_are_not_at_hand_are_replaced_and_the_browser_is_told(root):
    forget_private_state(root, exclude={AuthState})
    absent = shown_below(root)
    nested = absent.substates[NestedState.get_name()]
    assert absent._was_touched, "or Redis would keep the old one"
    assert nested._was_touched
    delta = root.get_delta()
    names = {name for vars_of_state in delta.values() for name in vars_of_state}
    assert any(name.startswith("shown") for name in names), "or the browser would go on showing it"
    assert any(name.startswith("nested") for name in names)


@pytest.mark.parametrize("where", IN_MODULES_OF_REFLEX)
def test_states_are_forgotten_wherever_they_are_defined(where):
    root = rx.State(_reflex_internal_init=True)
    state = root.substates[IN_MODULES_OF_REFLEX[where].get_name()]
    state.shown = SECRET
    forget_private_state(root, exclude={AuthState})
    assert state.shown == ""


@pytest.mark.parametrize("is_at_hand", [True, False])
def test_computed_vars_are_computed_anew_and_what_lasts_as_long_as_the_tab_is_emptied(root, is_at_hand):
    if is_at_hand:
        root = rx.State(_reflex_internal_init=True)
        state = root.substates[ComputingState.get_name()]
        state._held = state.draft = SECRET
        assert state.once_a_day == state.for_a_hidden_reason == SECRET
        root._clean()
    forget_private_state(root, exclude={AuthState})
    shown = root.get_delta()[ComputingState.get_full_name()]
    assert {name.removesuffix(FIELD_MARKER) for name in shown} == {"draft", "once_a_day", "for_a_hidden_reason"}
    assert set(shown.values()) == {""}


def test_what_lives_in_the_browsers_storage_is_left_to_the_browser(root):
    forget_private_state(root, exclude={AuthState})
    assert not any(name.startswith("theme") for vars_of_state in root.get_delta().values() for name in vars_of_state)


def test_the_state_that_decides_who_is_there_stays(root):
    auth = root.substates[AuthState.get_name()]
    auth.jwt = "a token"
    forget_private_state(root, exclude={AuthState})
    assert root.substates[AuthState.get_name()] is auth
    assert auth.jwt == "a token"
