"""Where a sign-in may lead: to a path of this app and nowhere else."""

from types import SimpleNamespace
from urllib.parse import urljoin, urlsplit

import hypothesis.strategies as st
import pytest
from hypothesis import given
from reflex_base.config import get_config

from rxapp.auth.web.pages.parts.password_link import password_link_url
from rxapp.auth.web.site.redirects import login_url, own_path, path_in_app

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "evil.example",
    "@evil.example",
    "/\x00/evil.example",
    "",
    None,
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_what_leads_elsewhere_leads_home(target):
    assert own_path(target, "/home") == "/home"


@pytest.mark.parametrize("target", ["/", "/customers", "/customers?page=2&sort=name", "/a/b#c", "/%5Cevil", "/é", "/a//b"])
def test_a_path_of_this_app_is_kept(target):
    assert own_path(target, "/home") == target


@given(st.text(alphabet=st.sampled_from("/\\:@.?#%ab \t\r\n\x00\x7f\u2028é")))
def test_the_result_always_has_our_origin(target):
    resolved = urljoin("https://app.example.com/login", own_path(target, "/"))
    assert urlsplit(resolved)[:2] == ("https", "app.example.com")


def test_the_login_url_carries_the_reason_and_the_way_back():
    assert login_url("/login") == "/login"
    assert login_url("/login", reason="session_idle") == "/login?reason=session_idle"
    assert login_url("/login", next_path="/customers?page=2&x=y") == "/login?next=/customers%3Fpage%3D2%26x%3Dy"


@pytest.mark.parametrize("prefix", ["/next-door", "/next-door/"])
@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/next-door/customers", "/customers"),
        ("/next-door/", "/"),
        ("/next-door", "/"),
        ("/next-door/next-door", "/next-door"),
        ("/next-doors/customers", "/next-doors/customers"),
        ("/customers", "/customers"),
        ("/", "/"),
    ],
)
def test_a_path_of_an_app_that_is_served_below_another_is_named_without_that(path, own, prefix):
    assert path_in_app(path, prefix) == own


@pytest.mark.parametrize("path", ["/", "/customers", "/a/b/"])
def test_it_is_the_path_itself_where_the_app_is_alone_on_its_host(path):
    assert path_in_app(path, "") == path


@pytest.mark.parametrize(("prefix", "path"), [("", "/set-password"), ("/next-door", "/next-door/set-password")])
def test_a_set_password_link_leads_to_the_page_wherever_the_app_is_served(monkeypatch, prefix, path):
    monkeypatch.setattr(get_config(), "frontend_path", prefix)
    at = SimpleNamespace(router=SimpleNamespace(url=SimpleNamespace(origin="https://app.example.com")))
    assert password_link_url(at, "token") == f"https://app.example.com{path}#token"
