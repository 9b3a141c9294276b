"""Where `BuiltPages` finds pages. What it does with them is seen by a browser, in `tests/e2e/test_built_pages.py`."""

from types import SimpleNamespace

import pytest

from rxapp.auth.web.delivery import built_pages
from rxapp.auth.web.delivery.built_pages import BuiltPages
from tests.web.test_events import in_a_loop


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Pages at `/`, `/login` and `/account/sessions`, and a folder without one."""
    for folder in ("", "login", "account/sessions", "assets"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        if folder != "assets":
            (tmp_path / folder / "index.html").touch()
    monkeypatch.setattr(built_pages, "served_pages", lambda: tmp_path)
    return tmp_path


def asked_for(path: str) -> str:
    """What the server of the files is asked for in its place."""
    asked = []

    async def files(scope, receive, send):
        asked.append(scope["path"])

    in_a_loop(BuiltPages(files)({"type": "http", "method": "GET", "path": path}, None, None))
    return asked[0]


def led_to(path: str, method: str = "GET", query: bytes = b"") -> str | None:
    """Where a browser is sent, or None."""
    sent = []

    async def files(scope, receive, send):
        pass

    async def send(message):
        sent.append(message)

    in_a_loop(BuiltPages(files)({"type": "http", "method": method, "path": path, "query_string": query}, None, send))
    return dict(sent[0]["headers"])[b"location"].decode() if sent else None


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/login", "/login/"),
        ("/account/sessions", "/account/sessions/"),
        ("/login/", "/login/"),
        ("/", "/"),
        ("/account", "/account"),
        ("/assets", "/assets"),
        ("/../login", "/../login"),
    ],
)
def test_a_page_is_found_at_its_address_and_nothing_else_is_changed(site, path, found):
    assert asked_for(path) == found


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/Login", "/login"),
        ("/LOGIN/", "/login"),
        ("//login", "/login"),
        ("//login//", "/login"),
        ("/login.html", "/login"),
        ("/login/index.html", "/login"),
        ("/account//Sessions", "/account/sessions"),
        ("//", "/"),
        ("/index.html", "/"),
    ],
)
def test_another_spelling_of_its_address_leads_there(site, path, own):
    assert led_to(path) == own
    assert led_to(path, query=b"next=/x%20y") == f"{own}?next=/x%20y"
    assert led_to(path, method="POST") is None


@pytest.mark.parametrize(
    "path", ["/", "/login", "/login/", "/account", "/Account", "//evil.example", "/assets/x.html", "/login.HTM"]
)
def test_no_other_address_leads_anywhere(site, path):
    assert led_to(path) is None


def test_below_a_path_of_its_own_too(site, monkeypatch):
    monkeypatch.setattr(built_pages, "get_config", lambda: SimpleNamespace(frontend_path="/app/"))
    assert [asked_for(path) for path in ("/app", "/app/login", "/login")] == ["/app/", "/app/login/", "/login"]


def test_where_another_serves_the_pages_every_path_stays(monkeypatch):
    monkeypatch.setattr(built_pages, "served_pages", lambda: None)
    assert asked_for("/login") == "/login"
