"""What a page does by itself, by the names of Reflex's own handlers; whatever else comes is an act of its person."""

from rxapp.auth.web.page_session.page import Kind
from rxapp.auth.web.reflex_internals import events

KINDS = {
    events.HYDRATE: Kind.CONNECTING,
    events.HYDRATE_AND_LOAD: Kind.CONNECTING,
    events.REPORT: Kind.REPORTING,
    events.LOAD: Kind.LOADING,
}

LOADING = frozenset(name for name, kind in KINDS.items() if kind in (Kind.CONNECTING, Kind.LOADING))
"""Of these the last one counts."""

NAVIGATING = frozenset(name for name, kind in KINDS.items() if kind is Kind.LOADING)
"""To another page of the same connection."""
