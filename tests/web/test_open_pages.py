"""The register of open pages does not grow with every tab ever opened."""

from types import SimpleNamespace
from uuid import uuid4

import reflex as rx

from rxapp.auth.web import open_pages


def test_closed_pages_are_forgotten_once_there_are_many(monkeypatch):
    connected = {"open": "sid"}
    app = SimpleNamespace(event_namespace=SimpleNamespace(token_to_sid=connected))
    monkeypatch.setattr(open_pages.RegistrationContext, "get", lambda: SimpleNamespace(app=app))
    monkeypatch.setattr(open_pages, "_pages", type(open_pages._pages)(dict))
    monkeypatch.setattr(open_pages, "_sweep_at", 10)
    session = uuid4()
    open_pages.register_page(session, "open", rx.State)
    for number in range(9):
        open_pages.register_page(uuid4(), f"closed {number}", rx.State)
    assert {session: {"open": rx.State}} == open_pages._pages
