"""The events that a page sends by itself, by the names of Reflex's own handlers. All others are acts of a person."""

from rxapp.auth.web.page_session.page import Kind
from rxapp.auth.web.reflex_internals import events

KINDS = {
    events.HYDRATE: Kind.CONNECTING,
    events.HYDRATE_AND_LOAD: Kind.CONNECTING,
    events.REPORT: Kind.REPORTING,
    events.LOAD: Kind.LOADING,
}

LOADING = frozenset(name for name, kind in KINDS.items() if kind in (Kind.CONNECTING, Kind.LOADING))
"""If several wait, only the last one counts."""

NAVIGATING = frozenset(name for name, kind in KINDS.items() if kind is Kind.LOADING)
"""Sent when the page navigates on the same connection."""
