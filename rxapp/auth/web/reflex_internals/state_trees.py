"""The states of one page, which form a tree: its root, its page and connection, and its lock in a background task."""

from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import reflex as rx
from reflex.istate import proxy
from reflex.istate.data import SessionData
from reflex.state import BaseState, State

from rxapp.auth.core.accounts.actor import Actor
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.identity.proved_key import ProvedKey

root_of = BaseState._get_root_state
"""Needs: the state at the top of the page's tree.
Why: all states of a page are cleared together, also those that this event does not use.
Without it: the next person sees what the states of the last one held."""

StateProxy = proxy.StateProxy
"""Needs: the proxy that a background task has in place of its state.
Why: a task does not hold the lock on its page's state by default.
Without it: a guard in a task reads the state while somebody else writes it."""


def locked(state: Any) -> AbstractAsyncContextManager[Any]:
    """Holds the lock on the page's state in the block. In a background task it takes the lock, unless the task already has it.

    Needs: `StateProxy._is_mutable()`.
    Why: taking the lock again inside `async with self` would wait for ever.
    Without it: as above, or guards in tasks never answer.
    """
    return state if isinstance(state, StateProxy) and not state._is_mutable() else nullcontext()


def connection_of(state: rx.State) -> SessionData:
    """`state.router.session`: which page has sent the event, and over which connection.

    Needs: the var `rx_router_session`.
    Why: Reflex builds `router` of five parts at each access, and a guard needs this part several times.
    Without it: `state.router.session` gives the same, more slowly.
    """
    return state.rx_router_session


def page_client(state: rx.State, device_key: ProvedKey | None = None) -> Client:
    """The client that sent the event that `state` is handling. Reflex finds the address by the same rule.

    Needs: the vars `rx_router_session` and `rx_router_headers`. Why, and what breaks: as above.
    """
    return Client.of(connection_of(state).client_ip, state.rx_router_headers.user_agent, device_key)


def acting(identity: Identity, state: rx.State) -> Actor:
    """The administrator whose event `state` is handling, as the actor for the service."""
    return Actor(identity.user_id, page_client(state))


def send_again(state: rx.State, name: str) -> None:
    """Send this var to the page at the end of the event, also if its value is as before.

    Needs: `dirty_vars` and `_mark_dirty()`.
    Why: a page can show what was sent to it without its state.
    Without it: the notice of a failure cannot be closed.
    """
    state.dirty_vars.add(name)
    state._mark_dirty()


def forget_report(root: BaseState) -> None:
    """Clear what the browser has reported that it holds, and send nothing of it.

    Needs: `_reset_client_storage()` and `_clean()`.
    Why: with each connection the browser reports again what it holds. An empty token, once sent, would overwrite the browser's.
    Without it: tokens of a closed page stay in memory.
    """
    root._reset_client_storage()
    root._clean()


def forget_request(root: BaseState) -> None:
    """Clear the headers and the address of the last request.

    Needs: `router_data`, and the vars whose names begin with `rx_router`.
    Why: in a page of nobody they take more memory than all the rest.
    Without it: closed pages take about five times as much memory.
    """
    root.router_data = {}
    for name, var in type(root).get_fields().items():
        if name.startswith("rx_router"):
            setattr(root, name, var.default_value())


def new_page() -> State:
    """The root of a new page, as if a browser had opened it.

    Needs: the keyword that Reflex demands of code that makes a state.
    Why: tests of an app call its event handlers without a browser (`rxapp.auth.web.testing`).
    Without it: those tests fail at once.
    """
    return State(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue]  hidden from apps
