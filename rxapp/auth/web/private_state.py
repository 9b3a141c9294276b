"""Forgetting what one person's state held before the next person, or nobody, sees it."""

from reflex.state import BaseState


def forget_private_state(root: BaseState, *, besides: type[BaseState]) -> None:
    """Set every var of the app's own states back to its default, save in `besides` and what lives in the browser's storage.

    Reflex keys a page's state by a token of the page, not of the person, so what is not forgotten at sign-out is sent to whoever
    signs in on that page next.
    """
    _put_new_in_place_of_absent(root)
    for state in root.substates.values():
        if type(state) is not besides and not type(state).__module__.startswith("reflex."):
            _reset(state)
        forget_private_state(state, besides=besides)


def _put_new_in_place_of_absent(parent: BaseState) -> None:
    """With Redis, an event has only those states at hand that it needs; the others would keep what they hold.

    A state that is put in place is stored instead of what was there. Reflex's own states stay as they are.
    """
    for cls in type(parent).get_substates():
        if cls.get_name() not in parent.substates and not cls.__module__.startswith("reflex."):
            parent.substates[cls.get_name()] = cls(parent_state=parent, init_substates=False, _reflex_internal_init=True)


def _reset(state: BaseState) -> None:
    cls = type(state)
    for name, field in cls.get_fields().items():
        if field._owner is cls and not cls._is_client_storage(name):
            setattr(state, name, field.default_value())
