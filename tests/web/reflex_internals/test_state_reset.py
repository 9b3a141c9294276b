"""What one person's state held is forgotten whole, also where an event has only a part of it at hand, as with Redis."""

import datetime as dt
import secrets

import pytest
import reflex as rx
from reflex.istate.shared import SharedStateBaseInternal
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


class BoardState(rx.SharedState):
    """A shared one may stand in its place."""

    text: str = ""


class DrawnState(rx.State):
    """Its default is another one each time."""

    number: str = rx.field(default_factory=lambda: secrets.token_hex(4))
    cards: list[str] = []


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
    """As Redis gives it for an event of `AuthState`: the root, and of the app's states that one alone."""
    root = rx.State(_reflex_internal_init=True, init_substates=False)
    for state in (AuthState, SharedStateBaseInternal):  # the second is loaded always
        root.substates[state.get_name()] = state(parent_state=root, _reflex_internal_init=True, init_substates=False)
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


def sent_by(root: rx.State) -> set[str]:
    """The states of which the page is told something."""
    return set(root.get_delta())


def read_all(root: rx.State) -> None:
    """As a page that is loaded: Reflex then keeps each default that it reads."""
    root.dict()
    root._clean()


def test_of_a_state_that_nobody_has_written_to_the_page_is_told_nothing_if_none_was_ever_stored_elsewhere():
    root = rx.State(_reflex_internal_init=True)
    read_all(root)
    forget_private_state(root, exclude={AuthState}, is_whole=True)
    assert ShownState.get_full_name() not in sent_by(root)


@pytest.mark.parametrize("value", [SECRET, ""], ids=["another value", "its default"])
def test_a_state_that_was_written_to_is_sent_again_at_each_reset_whatever_it_holds(value):
    root = rx.State(_reflex_internal_init=True)
    shown_below(root).shown = value
    for _ in range(2):  # the first may have been lost on its way
        read_all(root)
        forget_private_state(root, exclude={AuthState}, is_whole=True)
        assert root.get_delta()[ShownState.get_full_name()] == {f"shown{FIELD_MARKER}": ""}


def test_a_list_that_was_only_added_to_is_sent_again():
    root = rx.State(_reflex_internal_init=True)
    root.substates[DrawnState.get_name()].cards.append(SECRET)
    read_all(root)
    forget_private_state(root, exclude={AuthState}, is_whole=True)
    assert root.get_delta()[DrawnState.get_full_name()][f"cards{FIELD_MARKER}"] == []


def test_a_default_that_is_drawn_anew_is_sent():
    root = rx.State(_reflex_internal_init=True)
    read_all(root)
    before = root.substates[DrawnState.get_name()].number
    forget_private_state(root, exclude={AuthState}, is_whole=True)
    sent = root.get_delta()[DrawnState.get_full_name()][f"number{FIELD_MARKER}"]
    assert sent == root.substates[DrawnState.get_name()].number != before


def test_a_state_in_whose_place_a_shared_one_may_have_stood_is_sent_again():
    root = rx.State(_reflex_internal_init=True)
    read_all(root)
    forget_private_state(root, exclude={AuthState}, is_whole=True)
    assert any(BoardState.get_name() in name for name in sent_by(root))


def test_of_a_state_that_was_stored_elsewhere_it_is_not_known_whether_somebody_has_written_to_it():
    root = rx.State(_reflex_internal_init=True)
    read_all(root)
    forget_private_state(root, exclude={AuthState})
    assert ShownState.get_full_name() in sent_by(root)


def test_what_a_handler_has_put_past_reflex_into_a_state_is_forgotten_too():
    root = rx.State(_reflex_internal_init=True)
    shown_below(root).__dict__["_aside"] = SECRET
    forget_private_state(root, exclude={AuthState}, is_whole=True)
    assert SECRET not in vars(shown_below(root)).values()
