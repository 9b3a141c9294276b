"""The tree of a page's states."""

import contextlib

import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory
from reflex.state import State
from reflex_base.event.context import EventContext

from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.reflex_internals.state_trees import (
    StateProxy,
    connection_of,
    forget_report,
    forget_request,
    locked,
    new_page,
    root_of,
)
from tests.web.test_events import in_a_loop


class BranchState(rx.State):
    """A state below the root."""


class LeafState(BranchState):
    """A state below another."""


def of_a_page() -> State:
    page = new_page()
    data = {"sid": "a connection", "token": "a page", "headers": {"user-agent": "a browser"}, "ip": "192.0.2.7"}
    page._update_router_vars(data, {})
    page.router_data = data
    return page


def test_from_each_state_of_a_page_the_root_is_found():
    page = new_page()
    assert root_of(in_a_loop(page.get_state(LeafState))) is root_of(page) is page


def test_each_state_knows_the_page_and_the_connection():
    connection = connection_of(in_a_loop(of_a_page().get_state(LeafState)))
    assert (connection.session_id, connection.client_token, connection.client_ip) == ("a connection", "a page", "192.0.2.7")


def test_what_a_browser_has_reported_is_forgotten_and_nothing_of_that_is_sent():
    page = new_page()
    auth = in_a_loop(page.get_state(AuthState))
    auth.jwt = "what the browser holds"
    forget_report(page)
    assert auth.jwt == ""
    assert page.get_delta() == {}


def test_headers_and_address_of_the_last_request_are_forgotten():
    page = of_a_page()
    forget_request(page)
    assert (page.router_data, page.rx_router_headers.user_agent, connection_of(page).client_ip) == ({}, "", "")


class TestTheLock:
    def test_outside_of_a_background_task_is_held_already(self):
        assert isinstance(locked(new_page()), contextlib.nullcontext)

    def test_in_a_background_task_is_taken_once(self):
        async def act():
            manager = StateManagerMemory()
            EventContext.set(EventContext(token="a page", state_manager=manager, enqueue_impl=None, emit_delta_impl=None))
            task = StateProxy(await manager.get_state(rx.BaseStateToken(ident="a page", cls=State)))
            outside = locked(task) is task
            task._self_mutable = True
            inside = locked(task) is task
            await manager.close()
            return outside, inside

        assert in_a_loop(act()) == (True, False)
