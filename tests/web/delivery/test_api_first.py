"""Which requests are answered without Reflex's layers, and that they are answered as those that pass them."""

from contextlib import contextmanager

import pytest

from rxapp.auth.web.delivery.api_first import ApiFirst
from tests.web.test_events import in_a_loop


class App:
    """Stands in for `rx.App`: whether Reflex's contexts are set."""

    is_set = False

    @contextmanager
    def set_contexts(self):
        self.is_set = True
        yield
        self.is_set = False


def way_of(path: str, kind: str = "http") -> str:
    """Who is called for this path."""
    app, called = App(), []

    async def api(_scope, _receive, _send):
        called.append(f"the API, with contexts: {app.is_set}")

    async def pages(_scope, _receive, _send):
        called.append("the pages")

    in_a_loop(ApiFirst(app, api, pages)({"type": kind, "path": path}, None, None))
    (way,) = called
    return way


@pytest.mark.parametrize(
    "path", ["/api/me", "/api/", "/api/of/the/app", "/healthz", "/readyz", "/metrics", "/.well-known/jwks.json"]
)
def test_the_api_is_called_at_once_with_the_contexts_that_a_route_needs_to_tell_pages_something(path):
    assert way_of(path) == "the API, with contexts: True"


@pytest.mark.parametrize("path", ["/", "/login", "/api", "/API/me", "/apiary", "/assets/x.js", "//api/me", "/healthz/"])
def test_all_others_go_the_pages_way(path):
    assert way_of(path) == "the pages"


@pytest.mark.parametrize("kind", ["websocket", "lifespan"])
def test_so_do_sockets_and_the_start(kind):
    assert way_of("/api/me", kind) == "the pages"
