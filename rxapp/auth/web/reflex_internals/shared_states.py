"""Leaving the shared states (`rx.SharedState`) that a page is linked to, so that nobody else who is linked notices.

While an event runs, Reflex puts the shared instance in the place of the page's own and afterwards puts that back. What leaves in
between must set back the page's own one, which Reflex keeps out of reach: so it is noted here.
"""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, cast

from reflex.istate.shared import SharedState, SharedStateBaseInternal
from reflex.state import BaseState
from reflex_base.utils.exceptions import ReflexRuntimeError

JOIN = "_link_to"
"""Needs: the method of a shared state with which a page joins it.
Why: `doctor` looks for handlers that let anybody join.
Without it: it finds none."""

_stands_for: dict[int, BaseState] = {}
"""The page's own instance, by the `id` of the shared one that stands in its place while an event runs."""


class NotAName(ReflexRuntimeError):
    """What is the client token of a page cannot be the token of a shared state: who is linked would read that page's."""


def note_what_is_linked(is_a_page: Callable[[str], Awaitable[bool]]) -> None:
    """From now on, note which instance of a page a shared one stands for, and link to no page. Once in a process.

    Needs: `SharedStateBaseInternal._internal_patch_linked_state()` and `_link_to()`, and the exit stack that ends with the event.
    Why: Reflex puts the shared instance in the place of the page's own, and keeps that out of reach.
    Without it: who leaves a page goes on reading what is shared, and who knows a client token reads that page.
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
            _stands_for[id(linked)] = self
            self._linked_locks_holder()._exit_stack.callback(_stands_for.pop, id(linked), None)
        return linked

    link_and_note.__wrapped__ = link  # type: ignore[attr-defined]  # pyright: ignore[reportFunctionMemberAccess]
    SharedStateBaseInternal._internal_patch_linked_state = link_and_note
    SharedStateBaseInternal._link_to = link_to_no_page


def leave_shared_states(root: BaseState) -> None:
    """The page is linked to none any more, and has its own instances back in this very event.

    Needs: `_reflex_internal_links` of the root, and `_linked_from` of the shared state.
    Why: Reflex's way to leave works for one shared state at a time, and only from inside it.
    Without it: the next person at the page is linked as the last one was.
    """
    if getattr(root, "_reflex_internal_links", None):
        root._reflex_internal_links = {}
    page = root.rx_router_session.client_token
    for parent, shared in list(_linked_below(root)):
        shared._linked_from.discard(page)
        if (own := _stands_for.get(id(shared))) is not None:
            parent.substates[shared.get_name()] = own


def is_linked(state: BaseState) -> bool:
    """Whether it is a shared instance, which belongs to all that are linked to it.

    Needs: `SharedState._linked_to`.
    Why: what belongs to others is not set back when one of them leaves.
    Without it: it is emptied for all.
    """
    return isinstance(state, SharedState) and bool(state._linked_to)


def is_a_shared_one(root: BaseState, client_token: str) -> bool:
    """Whether this is not a page's state, but the one to which pages link by this token.

    Apps choose these tokens. One that looks like a page's could be opened as a page by whoever knows it, who is no member.
    """
    return any(shared._linked_to == client_token for _, shared in _linked_below(root))


def _linked_below(parent: BaseState) -> Iterator[tuple[BaseState, SharedState]]:
    for state in parent.substates.values():
        if is_linked(state):
            yield parent, cast("SharedState", state)
        elif isinstance(state, SharedStateBaseInternal):
            yield from _linked_below(state)
