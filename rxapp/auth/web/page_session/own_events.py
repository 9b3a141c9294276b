"""What a page does by itself, by the names of Reflex's own handlers; whatever else comes is an act of its person."""

from reflex.state import OnLoadInternalState, State, UpdateVarsInternalState
from reflex_base.utils.format import format_event_handler

from rxapp.auth.web.page_session.page import Kind

KINDS = {
    format_event_handler(State.event_handlers["hydrate"]): Kind.CONNECTING,
    format_event_handler(State.event_handlers["hydrate_and_load"]): Kind.CONNECTING,
    format_event_handler(UpdateVarsInternalState.event_handlers["update_vars_internal"]): Kind.REPORTING,
    format_event_handler(OnLoadInternalState.event_handlers["on_load_internal"]): Kind.LOADING,
}

LOADING = frozenset(name for name, kind in KINDS.items() if kind in (Kind.CONNECTING, Kind.LOADING))
"""Of these the last one counts."""

NAVIGATING = frozenset(name for name, kind in KINDS.items() if kind is Kind.LOADING)
"""To another page of the same connection."""
