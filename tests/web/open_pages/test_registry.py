"""The register of open pages: which pages show which session, and that it does not grow with every tab ever opened."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
import reflex as rx

from rxapp.auth import Identity
from rxapp.auth.web.open_pages import registry as open_pages
from rxapp.auth.web.reflex_internals import connections

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def identity(lifetime: timedelta = timedelta(days=7)) -> Identity:
    return Identity(uuid4(), uuid4(), "johndoe", frozenset(), NOW, NOW + lifetime)


@pytest.fixture
def connected(monkeypatch) -> dict[str, str]:
    """The client tokens that have a socket, as Reflex keeps them; the register itself starts empty."""
    connected: dict[str, str] = {}
    namespace = SimpleNamespace(_token_manager=SimpleNamespace(token_to_socket=connected))
    app = SimpleNamespace(event_namespace=namespace)
    monkeypatch.setattr(connections, "registrations", lambda: SimpleNamespace(app=app))
    monkeypatch.setattr(open_pages, "_shown", {})
    return connected


def test_closed_pages_are_forgotten_once_there_are_many(connected, monkeypatch):
    monkeypatch.setattr(open_pages, "_sweep_at", 10)
    connected["open"] = "sid"
    shown = identity()
    open_pages.register_page(shown, "open", rx.State)
    for number in range(9):
        open_pages.register_page(identity(), f"closed {number}", rx.State)
    assert list(open_pages._shown) == [shown.session_id]


def test_pages_that_have_a_socket_are_counted_and_closed_ones_are_not(connected):
    connected.update(first="sid 1", second="sid 2")
    shown = identity()
    for client_token in ("first", "second", "closed"):
        open_pages.register_page(shown, client_token, rx.State)
    assert open_pages.count_open_pages(shown.session_id) == 2
    assert open_pages.count_open_pages(uuid4()) == 0


def test_sessions_whose_lifetime_has_ended_are_known(connected):
    short, long = identity(timedelta(minutes=1)), identity()
    for shown in (short, long):
        open_pages.register_page(shown, str(shown.session_id), rx.State)
    assert open_pages.sessions_past(NOW + timedelta(seconds=59)) == []
    assert open_pages.sessions_past(NOW + timedelta(seconds=60)) == [short.session_id]


def test_to_ask_whether_a_page_is_open_copies_no_register_of_all_pages(connected):
    """Two thousand pages are told one by one that their sessions have ended, and each is looked for."""
    assert open_pages.connected_pages() is connected
