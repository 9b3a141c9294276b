"""Fitting into another's app: nothing of theirs is touched, and what cannot be is said in words."""

import logging
import re
import subprocess
import sys

import pytest
import reflex as rx
from fastapi import FastAPI
from reflex_base.config import get_config
from reflex_base.registry import RegistrationContext
from starlette.applications import Starlette
from starlette.routing import Route

from rxapp.auth.http.api.app import create_api
from rxapp.auth.http.api.installation_conflicts import RouteTaken, require_free_api
from rxapp.auth.web import guards
from rxapp.auth.web.site.conflicts import NotInstalled, keep_free_of_others, require_free_pages, warn_of_missing_styles
from rxapp.auth.web.site.registry import Site
from tests.conftest import ROOT


def text(words="the app's"):
    return rx.el.p(words)


class TestPages:
    @pytest.fixture
    def app(self):
        of_other_tests = RegistrationContext.ensure_context()
        RegistrationContext.set(of_other_tests.fork())
        app = rx.App()
        app.add_page(text, route="/sign-in")
        app.add_page(text, route="/")
        yield app
        RegistrationContext.set(of_other_tests)

    @pytest.mark.parametrize("route", ["/sign-in", "sign-in/", "/"])
    def test_a_route_that_the_app_has_is_refused_with_the_way_to_keep_it(self, app, route):
        with pytest.raises(RouteTaken, match="Pages"):
            require_free_pages(app, ["/account", route])

    def test_others_are_free(self, app):
        require_free_pages(app, ["/login", "/sign", "/sign-in/again"])

    @pytest.mark.parametrize("route", ["/login", "login/", None])
    def test_a_page_that_comes_later_is_refused_in_the_same_words(self, app, route):
        keep_free_of_others(app, ["/login", "/account"])

        def login():
            return text()

        with pytest.raises(RouteTaken, match=re.escape('auth.Pages(own=["/login"])')):
            app.add_page(login, route=route)
        app.add_page(text, route="/login/again")

    def test_pages_of_ours_in_an_app_without_us_are_refused_when_it_is_built(self, app):
        before = Site()
        before.add_page(text, route="/private")
        app._apply_decorated_pages()
        with pytest.raises(NotInstalled, match=re.escape("auth.install_auth(app)")):
            [page.component() for page in app._unevaluated_pages.values()]

    def test_so_are_those_of_add_page_behind_our_guard(self, app, monkeypatch):
        monkeypatch.setattr(guards, "site", Site())
        app.add_page(guards.guarded(text), route="/private")
        with pytest.raises(NotInstalled, match=re.escape("auth.install_auth(app)")):
            app._unevaluated_pages["private"].component()

    def test_pages_that_are_declared_before_we_are_installed_are_built(self, app):
        before = Site()
        before.add_page(text, route="/private")
        before.install(app, login_route="/login", home_route="/")
        app._apply_decorated_pages()
        assert {page.component for page in app._unevaluated_pages.values()} == {text}


class TestApi:
    def test_a_route_that_ours_would_hide_is_refused(self, settings):
        host = FastAPI()
        host.add_api_route("/api/auth/login", text, methods=["POST"])
        with pytest.raises(RouteTaken, match="POST /api/auth/login"):
            require_free_api([host], create_api(settings))

    def test_one_of_a_plain_starlette_too(self, settings):
        host = Starlette(routes=[Route("/api/token/revoke", text, methods=["POST"])])
        with pytest.raises(RouteTaken, match="POST /api/token/revoke"):
            require_free_api([host], create_api(settings))

    def test_the_same_path_with_another_method_and_every_other_path_is_the_apps(self, settings):
        host = FastAPI()
        host.add_api_route("/api/notes", text)
        host.add_api_route("/api/auth/login", text, methods=["GET"])
        require_free_api([host, lambda app: app], create_api(settings))


def test_an_app_without_tailwind_is_told_that_our_pages_need_it(monkeypatch, caplog):
    with caplog.at_level(logging.WARNING):
        monkeypatch.setattr(get_config(), "plugins", [rx.plugins.TailwindV4Plugin()])
        warn_of_missing_styles()
        assert not caplog.records
        monkeypatch.setattr(get_config(), "plugins", [rx.plugins.SitemapPlugin()])
        warn_of_missing_styles()
    assert "TailwindV4Plugin" in caplog.text


IMPORTED = """
import reflex as rx
from reflex_base.registry import RegistrationContext
from rxapp.auth import web as auth
from rxapp.auth.http.runtime import service as runtime
app = rx.App()
assert not app._unevaluated_pages and not RegistrationContext.get().decorated_pages
assert app.api_transformer is None and not app.extra_app_wraps and len(app.get_lifespan_tasks()) == 1  # Reflex's own
assert runtime._service is None
"""


def test_importing_it_registers_nothing():
    subprocess.run([sys.executable, "-c", IMPORTED], cwd=ROOT, check=True)


INSTALLED = """
import reflex as rx
from fastapi import FastAPI
from rxapp.auth import web as auth

own_api, wrapped = FastAPI(), []
own_transformer = lambda app: app
app = rx.App(api_transformer=[own_api, own_transformer], theme=rx.theme(accent_color="ruby"), style={"color": "red"})
app.add_page(rx.fragment, route="/mine")
app.extra_app_wraps[(5, "Mine")] = lambda stateful: rx.fragment()
theme, style = app.theme, dict(app.style)
auth.install_auth(app)
assert app.api_transformer[:2] == [own_api, own_transformer]
assert app.theme is theme and dict(app.style) == style
assert (5, "Mine") in app.extra_app_wraps
assert [middleware.kwargs["allow_origins"] for middleware in app._api.user_middleware] == [("http://localhost:3000",)]
assert {"mine", "login", "account"} <= set(app._unevaluated_pages)
try:
    auth.install_auth(app)
except auth.InstalledTwice:
    print("as promised")
"""


def test_the_apps_own_api_pages_theme_and_wraps_stay(tmp_path):
    (tmp_path / "rxconfig.py").write_text('import reflex as rx\nconfig = rx.Config(app_name="host")\n')
    command = [sys.executable, "-c", f"import sys; sys.path.append({str(ROOT)!r})\n{INSTALLED}"]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "as promised"


WITH_OWN_ADMINISTRATION = """
import reflex as rx
from rxapp.auth import web as auth

app = rx.App()
app.add_page(rx.fragment, route="/admin")
try:
    auth.install_auth(app, pages=auth.Pages(own=OWN))
    print(app._unevaluated_pages["admin"].component is rx.fragment)
except auth.RouteTaken as error:
    print(error)
"""


@pytest.mark.parametrize(("own", "said"), [([], "The app has a page at /admin, where"), (["/admin"], "True")])
def test_an_app_that_has_an_administration_of_its_own_keeps_it_by_saying_so(tmp_path, own, said):
    (tmp_path / "rxconfig.py").write_text('import reflex as rx\nconfig = rx.Config(app_name="host")\n')
    command = [sys.executable, "-c", f"import sys; sys.path.append({str(ROOT)!r})\nOWN = {own}\n{WITH_OWN_ADMINISTRATION}"]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stdout.startswith(said)
