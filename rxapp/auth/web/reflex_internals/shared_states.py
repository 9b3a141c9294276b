"""Unlinks a page from its shared states (`rx.SharedState`), without any effect on the other pages linked to them.

While an event runs, Reflex replaces the page's own instance by the shared one, and restores it afterwards. To unlink during the
event, we must restore the page's own instance. Reflex gives no access to it, so this module remembers it.
"""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, cast

from reflex.istate.shared import SharedState, SharedStateBaseInternal
from reflex.state import BaseState
from reflex_base.utils.exceptions import ReflexRuntimeError

JOIN = "_link_to"
"""Needs: the method of a shared state that links a page to it.
Why: `doctor` looks for handlers with which anybody can link a page.
Without it: `doctor` finds none."""

_replaced_instances: dict[int, BaseState] = {}
"""The page's own instance, by the `id` of the shared one that replaces it while an event runs."""


class NotAName(ReflexRuntimeError):
    """The client token of a page cannot be the token of a shared state: everybody who is linked would read that page's state."""


def note_what_is_linked(is_a_page: Callable[[str], Awaitable[bool]]) -> None:
    """From now on, remember which own instance a shared one replaces, and refuse links to a page. Once in a process.

    Needs: `SharedStateBaseInternal._internal_patch_linked_state()` and `_link_to()`, and the exit stack that ends with the event.
    Why: Reflex replaces the page's own instance by the shared one, and gives no access to it.
    Without it: a person who has left a page still reads shared state, and anybody with a client token reads that page.
    """
    link, link_to = SharedStateBaseInternal._internal_patch_linked_state, SharedStateBaseInternal._link_to
    if getattr(link, "__wrapped__", None) is not None:
        return

    async def link_to_no_page(self: Any, token: str) -> Any:
        if await is_a_page(token):
            raise NotAName(f"A shared state cannot be linked to {token}: this is the client token of a page.")
        return await link_to(self, token)

    async def link_and_note(self: Any, token: str, full_delta: bool = False) -> Any:
        linked = await link(self, token, full_delta)
        if linked is not self:
            _replaced_instances[id(linked)] = self
            self._linked_locks_holder()._exit_stack.callback(_replaced_instances.pop, id(linked), None)
        return linked

    link_and_note.__wrapped__ = link  # type: ignore[attr-defined]  # pyright: ignore[reportFunctionMemberAccess]
    SharedStateBaseInternal._internal_patch_linked_state = link_and_note
    SharedStateBaseInternal._link_to = link_to_no_page


def leave_shared_states(root: BaseState) -> None:
    """Unlink the page from all shared states, and restore its own instances within this event.

    Needs: `_reflex_internal_links` of the root, and `_linked_from` of the shared state.
    Why: Reflex can unlink from one shared state at a time, and only in a handler of that state.
    Without it: the next person on the page is linked as the last one was.
    """
    if getattr(root, "_reflex_internal_links", None):
        root._reflex_internal_links = {}
    page = root.rx_router_session.client_token
    for parent, shared in list(_linked_below(root)):
        shared._linked_from.discard(page)
        if (own := _replaced_instances.get(id(shared))) is not None:
            parent.substates[shared.get_name()] = own


def is_linked(state: BaseState) -> bool:
    """Whether it is a shared instance, which belongs to all pages linked to it.

    Needs: `SharedState._linked_to`.
    Why: shared state is not reset when one person leaves.
    Without it: it is emptied for all.
    """
    return isinstance(state, SharedState) and bool(state._linked_to)


def may_be_shared(state: BaseState) -> bool:
    """Whether a shared instance may have stood in the place of this one, and been shown there."""
    return isinstance(state, SharedStateBaseInternal)


def is_a_shared_one(root: BaseState, client_token: str) -> bool:
    """Whether this is not the state of a page, but the shared state with this token.

    Apps choose these tokens. If one has the form of a page's, a stranger who knows it could open the shared state as a page.
    """
    if not SharedState.__subclasses__():  # an app without any, at each event
        return False
    return any(shared._linked_to == client_token for _, shared in _linked_below(root))


def _linked_below(parent: BaseState) -> Iterator[tuple[BaseState, SharedState]]:
    for state in parent.substates.values():
        if is_linked(state):
            yield parent, cast("SharedState", state)
        elif isinstance(state, SharedStateBaseInternal):
            yield from _linked_below(state)
