"""The app as Reflex keeps it: its routes, its pages, its configuration."""

import pytest
import reflex as rx
from reflex_base.environment import environment

from rxapp.auth.web.reflex_internals.app import (
    Endpoint,
    directory_of_built_pages,
    get_config,
    get_redis,
    http_app,
    load_first,
    registrations,
    routes_of_pages,
    serves_built_pages,
)
from tests.web.reflex_internals.app import app  # noqa: F401  a fixture


def text():
    return rx.el.p("a page")


def test_the_http_app_has_reflexs_own_routes(app):  # noqa: F811
    paths = {getattr(route, "path", "") for route in http_app(app).router.routes}
    assert any(path.startswith(f"{get_config().prepend_backend_path(str(Endpoint.EVENT))}") for path in paths), paths
    assert get_config().prepend_backend_path(str(Endpoint.PING)) in paths


def test_pages_of_both_kinds_are_found(app):  # noqa: F811
    app.add_page(text, route="/added")
    rx.page(route="/decorated")(text)
    assert {"added", "/decorated"} <= set(routes_of_pages(app))


@pytest.mark.parametrize("path", ["/declared", "/with-nothing-to-load", "/no-such-page"])
def test_ours_is_loaded_first_on_every_page(app, path):  # noqa: F811
    load_first(app, "ours")
    app.add_page(text, route="/declared", on_load=rx.console_log("the author's"))
    app.add_page(text, route="/with-nothing-to-load")
    first, *others = app.get_load_events(path)
    assert (first, len(others)) == ("ours", path == "/declared")


def test_what_is_registered_knows_the_app_and_finds_a_handler_by_the_name_that_a_browser_sends(app):  # noqa: F811
    name = "reflex___state____state.hydrate"
    assert registrations().app is app
    assert registrations().event_handlers[name].handler.fn.__name__ == "hydrate"


def test_built_pages_lie_below_the_web_directory_and_are_served_if_reflex_says_so(monkeypatch):
    assert directory_of_built_pages().parts[-3:] == (".web", "build", "client")
    assert not serves_built_pages()
    monkeypatch.setenv(environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.name, "true")
    assert serves_built_pages()


def test_without_redis_there_is_no_client_for_it():
    assert get_redis() is None
