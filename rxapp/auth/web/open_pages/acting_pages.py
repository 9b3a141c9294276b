"""Which page has itself just done something, so that the page is not told of it. It says so in its own words."""

import threading
from collections.abc import Collection

from cachetools import TTLCache

from rxapp.auth.core.audit.signals import observe
from rxapp.auth.web.page_session.work import running_work

REMEMBERED_SECONDS = 10
"""The watch of the audit log tells pages within a second. A commit that takes longer than this is told to its own page too."""

_acts: TTLCache[tuple[str, str], None] = TTLCache(maxsize=1_024, ttl=REMEMBERED_SECONDS)
"""A page by its client token, and the kind of event that it has caused."""

_lock = threading.Lock()
_kinds: frozenset[str] | None = None


def note_acts(kinds: Collection[str]) -> None:
    """From now on note which page causes an event of one of these kinds."""
    global _kinds
    if _kinds is None:
        observe(_note)
    _kinds = frozenset(kinds)


def pages_that_did(kind: str) -> frozenset[str]:
    """The client tokens of the pages that have just caused an event of this kind."""
    with _lock:
        return frozenset(page for page, done in _acts if done == kind)


def _note(what: str, _detail: str, _value: float) -> None:
    """Called on the thread of the event. That has the context of the page's work."""
    if what in (_kinds or ()) and (work := running_work()) is not None:
        with _lock:
            _acts[work.client_token, what] = None
