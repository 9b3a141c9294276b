"""A stranger installs the wheel in an empty directory, writes what the guide says, and has it all."""

import functools
import re
import subprocess
import zipfile
from importlib.metadata import version

import httpx
import pytest
from packaging.requirements import Requirement
from playwright.sync_api import expect

from tests.conftest import ROOT
from tests.e2e.builds import one_at_a_time
from tests.e2e.colours import is_dark
from tests.e2e.production_server import wait_until
from tests.e2e.stranger.strangers_app import StrangersApp
from tests.test_code_blocks import BLOCKS
from tests.test_package import PROJECT
from tests.thorough import thorough_but_for

pytestmark = pytest.mark.at_root

PASSWORD = "correct horse battery staple"
GUIDE = [block for block in BLOCKS if block.document.name == "start.md" and block.file]
"""The files that it has the reader write."""

(APP,) = [block.source for block in GUIDE if "install_auth" in block.source]


def as_the_guide_says(directory, *packages, **options):
    app = StrangersApp(directory, *packages)
    app.make(**options)
    for block in GUIDE:
        app.write(block.file, block.source)
    return app


@pytest.fixture(scope="module", params=["with_our_packages", pytest.param("with_all_installed", marks=pytest.mark.oldest)])
def app(request, tmp_path_factory, wheel):
    """The wheel is installed either way; to install thirty packages more takes half a minute, and is for `make check`."""
    lent = request.param == "with_our_packages"
    app = as_the_guide_says(tmp_path_factory.mktemp("stranger"), f"{wheel}[reflex]", borrows_dependencies=lent)
    app.start()
    yield app
    app.stop()


def walk(app, browser, name):
    """The first walk of the guide: to the private page, past the login page and the registration, and back."""
    profile = browser.new_context(base_url=app.url)
    tab = profile.new_page()
    tab.goto("/private")
    expect(tab.get_by_label("Username")).to_be_visible()
    tab.get_by_role("link", name="Create an account").click()
    expect(tab.get_by_role("heading", name="Create an account")).to_be_visible()
    tab.get_by_label("Username").fill(name)
    tab.locator("input[name=new_password]").fill(PASSWORD)
    tab.locator("input[name=new_password_again]").fill(PASSWORD)
    tab.get_by_role("button", name="Create account").click()
    expect(tab.get_by_role("heading", name="Private")).to_be_visible()
    tab.get_by_role("button", name="Count").click()
    expect(tab.get_by_text("1", exact=True)).to_be_visible()
    tab.goto("/account/sessions")
    expect(tab.get_by_text("This device", exact=True)).to_be_visible()
    tab.get_by_role("link", name="Back to the start").click()
    tab.get_by_role("link", name="Private").click()
    tab.get_by_role("button", name="Log out").click()
    expect(tab).to_have_url(re.compile(r"/login"))
    tab.goto("/private")
    tab.get_by_label("Username").fill(name)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_role("heading", name="Private")).to_be_visible()
    profile.close()


@pytest.mark.timeout(300)
def test_in_at_most_five_lines_there_are_login_register_guarded_page_and_event_and_sessions(app, browser):
    assert len(re.findall(r"^.*\bauth\b.*$", APP, re.MULTILINE)) <= 5
    walk(app, browser, "alice")


@pytest.mark.parametrize("of_the_system", ["light", "dark"])
@pytest.mark.parametrize("chosen", ["light", "dark"])
def test_our_pages_are_as_dark_as_reflexs_colour_mode_says_whatever_the_system_says(app, browser, of_the_system, chosen):
    profile = browser.new_context(base_url=app.url, color_scheme=of_the_system)
    profile.add_init_script(f"localStorage.setItem('theme', '{chosen}')")
    tab = profile.new_page()
    tab.goto("/login")
    expect(tab.get_by_label("Username")).to_be_visible()
    places = [tab.locator(place) for place in ("main", "h1", "label[for=username]", "input[name=username]")]
    wait_until(lambda: [is_dark(place) for place in places] == [chosen == "dark"] * len(places))  # styles come with the page
    profile.close()


def test_no_secret_gets_into_version_control_or_an_export(app):
    run_git = functools.partial(subprocess.run, cwd=app.directory, check=True, capture_output=True, text=True)
    run_git(["git", "init", "--quiet"])
    app.write(".gitignore", (app.directory / ".gitignore").read_text() + ".venv/\n")
    run_git(["git", "add", "--all"])
    added = run_git(["git", "ls-files"]).stdout.splitlines()
    with one_at_a_time():
        app.run("-m", "reflex", "export", "--backend-only")
    exported = zipfile.ZipFile(app.directory / "backend.zip").namelist()
    assert (app.directory / ".rxapp" / "secret_key").exists()
    assert (app.directory / ".rxapp" / "rxapp.db").exists()
    for names in (added, exported):
        assert "rxconfig.py" in names
        assert [name for name in names if ".rxapp" in name or ".db" in name or "secret" in name] == []


def test_the_command_line_came_with_it(app):
    assert "alice" in app.run("-m", "rxapp", "users", "list")
    assert "handlers" in app.run("-m", "rxapp", "doctor")


MISTAKES = {
    "a string as roles": ("@auth.event(roles='Boss')\ndef act(self): ...", 'Write roles=["Boss"]'),
    "a page without parentheses": ("@auth.page\ndef late(): ...", "Write @auth.page("),
    "a page at a route of ours": ("app.add_page(private, route='/login')", "own=["),
}


@pytest.mark.parametrize("mistake", thorough_but_for(("a page at a route of ours",), list(MISTAKES)))
def test_a_mistake_is_told_in_a_sentence_with_what_to_write(app, mistake):
    code, sentence = MISTAKES[mistake]
    app.write("mistaken.py", f"from notes.notes import *\n\n{code}\n")
    assert sentence in app.refusal("-c", "import mistaken")


def test_an_app_that_forgets_to_install_us_is_not_built(app):
    app.write("forgetful/forgetful.py", APP.replace("auth.install_auth(app)", ""))
    config = (app.directory / "rxconfig.py").read_text()
    app.write("rxconfig.py", config.replace('app_name="notes"', 'app_name="forgetful"'))
    try:
        assert "Call auth.install_auth(app)" in app.refusal("-m", "reflex", "compile", "--dry")
    finally:
        app.write("rxconfig.py", config)


@pytest.mark.timeout(300)
def test_in_development_it_is_the_same(app, browser):
    app.stop()
    app.start(mode="development")
    walk(app, browser, "bob")


OLDEST_REFLEX = "0.10.1"


@pytest.mark.oldest
@pytest.mark.timeout(300)
def test_with_the_oldest_reflex_of_the_range_the_app_compiles_and_serves(tmp_path, wheel):
    """Without a browser: the JavaScript packages that it wants may not be had any more."""
    app = as_the_guide_says(tmp_path, f"{wheel}[reflex]", f"reflex=={OLDEST_REFLEX}")
    assert "Compiling" in app.run("-m", "reflex", "compile", "--dry")
    app.start(is_backend_only=True)
    try:
        app.run("-m", "rxapp", "users", "create", "alice", "--link")
        wrong = httpx.post(f"{app.url}/api/auth/login", json={"username": "alice", "password": "wrong"})
        assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_credentials")
        assert "each with a guard" in app.run("-m", "rxapp", "doctor")
    finally:
        app.stop()


@pytest.mark.pinned
def test_the_range_that_is_stated_is_the_one_that_is_tested():
    reflex = Requirement(PROJECT["optional-dependencies"]["reflex"][0])
    assert f">={OLDEST_REFLEX}" in str(reflex.specifier)
    assert f"reflex=={version('reflex')}" in (ROOT / "requirements.in").read_text().splitlines()
