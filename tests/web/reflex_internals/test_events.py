"""Events as Reflex names and unpacks them."""

from types import SimpleNamespace

import pytest
import reflex as rx
from reflex.event import Event, remove_session_storage
from reflex.state import State
from reflex_base.event.context import EventContext

from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.reflex_internals import events
from tests.web.test_events import in_a_loop

ROOT_STATE = "reflex___state____state"


class NamedState(rx.State):
    """A state of an app."""

    @rx.event
    def click(self):
        """Whatever it does."""


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        (events.HYDRATE, f"{ROOT_STATE}.hydrate"),
        (events.HYDRATE_AND_LOAD, f"{ROOT_STATE}.hydrate_and_load"),
        (events.REPORT, f"{ROOT_STATE}.reflex___state____update_vars_internal_state.update_vars_internal"),
        (events.LOAD, f"{ROOT_STATE}.reflex___state____on_load_internal_state.on_load_internal"),
    ],
)
def test_what_a_page_sends_by_itself_has_the_name_that_the_browser_sends(name, sent):
    assert name == sent


def test_a_handlers_name_begins_with_that_of_its_state():
    assert events.name_of_handler(NamedState.event_handlers["click"]) == f"{NamedState.get_full_name()}.click"


def test_to_forget_a_key_of_the_tab_is_the_event_that_a_page_is_let_through():
    assert Event.from_event_type(remove_session_storage("any"))[0].name == events.FORGET_KEY_OF_TAB


def test_a_var_is_sent_under_its_name_and_the_marker():
    state = State(_reflex_internal_init=True)
    assert f"status{events.FIELD_MARKER}" in state.dict()[AuthState.get_full_name()]


@pytest.mark.parametrize(
    ("name", "router_data", "is_an_act"),
    [("click", {"pathname": "/"}, True), ("click", {}, False), (events.HYDRATE_AND_LOAD, {"pathname": "/"}, False)],
    ids=["a click", "what a handler has chained", "connecting"],
)
def test_an_exception_handler_learns_which_event_has_failed(name, router_data, is_an_act):
    async def fail(**_given) -> None:
        raise ValueError("made to fail")

    async def scenario():
        app = SimpleNamespace(event_processor=SimpleNamespace(_execute_event=fail))
        events.note_failed_events(app)
        context = EventContext(token="a page", state_manager=None, enqueue_impl=None)
        entry = SimpleNamespace(ctx=context, event=Event(name=name, router_data=router_data))
        with pytest.raises(ValueError, match="made to fail"):
            await app.event_processor._execute_event(entry=entry, registered_handler=SimpleNamespace(states=(NamedState,)))
        EventContext.set(context)
        return events.take_failed_event(), events.take_failed_event()

    failed, again = in_a_loop(scenario())
    assert (failed.client_token, failed.state, failed.is_an_act) == ("a page", NamedState, is_an_act)
    assert len(failed.request_id) == 16
    assert again is None, "what has failed is kept until it is asked for, and no longer"


@pytest.mark.parametrize("marker", ["", events.FIELD_MARKER])
def test_a_report_is_stored_as_reflex_stores_it(marker):
    state = State(_reflex_internal_init=True)
    report = {f"{AuthState.get_full_name()}.jwt{marker}": "what the browser holds"}
    in_a_loop(events.store_report(state, Event(name=events.REPORT, payload={"vars": report})))
    assert in_a_loop(state.get_state(AuthState)).jwt == "what the browser holds"


def test_a_report_names_the_vars_by_state_name_and_marker():
    state = State(_reflex_internal_init=True)
    report = {events.name_of_var(AuthState, "jwt"): "one", events.name_of_var(AuthState, "refresh_token"): "other"}
    in_a_loop(events.store_report(state, Event(name=events.REPORT, payload={"vars": report})))
    auth = in_a_loop(state.get_state(AuthState))
    assert (auth.jwt, auth.refresh_token) == ("one", "other")


def test_of_a_report_only_what_lives_in_the_browsers_storage_is_stored():
    state = State(_reflex_internal_init=True)
    report = {f"{AuthState.get_full_name()}.user_name": "an administrator"}
    in_a_loop(events.store_report(state, Event(name=events.REPORT, payload={"vars": report})))
    assert in_a_loop(state.get_state(AuthState)).user_name == ""


def test_what_is_sent_now_goes_to_the_page_whose_event_is_handled():
    sent = []

    async def act():
        async def emit(token, delta):
            sent.append((token, delta))

        EventContext.set(EventContext(token="a page", state_manager=None, enqueue_impl=None, emit_delta_impl=emit))
        await events.send_now({"a state": {"a var": 1}})

    in_a_loop(act())
    assert sent == [("a page", {"a state": {"a var": 1}})]
