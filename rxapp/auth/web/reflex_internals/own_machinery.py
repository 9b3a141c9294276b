"""The states that are Reflex's own machinery, by what they are: an app's state may live in a module of Reflex's."""

from reflex.istate.shared import SharedStateBaseInternal
from reflex.state import (
    BaseState,
    ComponentState,
    FrontendEventExceptionState,
    OnLoadInternalState,
    State,
    UpdateVarsInternalState,
)

REFLEX_STATES: frozenset[type[BaseState]] = frozenset(
    {State, ComponentState, FrontendEventExceptionState, OnLoadInternalState, SharedStateBaseInternal, UpdateVarsInternalState}
)
"""All that Reflex registers by itself; `tests/web/reflex_internals/test_own_machinery.py` finds out if it registers another."""


def is_reflexs_own(cls: type[BaseState]) -> bool:
    """Whether the state is Reflex's own, and holds nothing of an app's."""
    return cls in REFLEX_STATES
