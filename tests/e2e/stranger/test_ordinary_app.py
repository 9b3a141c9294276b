"""What ordinary Reflex apps use goes on working with us, in production as in development."""

import base64
import hashlib
import re
import secrets
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.colours import is_dark
from tests.e2e.stranger.strangers_app import StrangersApp
from tests.thorough import thorough_but_for

pytestmark = pytest.mark.at_root

SOURCE = Path(__file__).with_name("ordinary_app.py").read_text()
"""Not imported: it is an app of its own."""

FAR_IMAGE, INLINE_SCRIPT = (re.search(f'^{name} = "(.*)"$', SOURCE, re.MULTILINE)[1] for name in ("FAR_IMAGE", "INLINE_SCRIPT"))

CONFIG = """import reflex as rx

from rxapp.auth.rxconfig import AuthPlugin

config = rx.Config(
    app_name="ordinary", plugins=[rx.plugins.TailwindV4Plugin(), rx.plugins.RadixThemesPlugin(), AuthPlugin()]
)
"""

NOTE_VIOLATIONS = "violations = []; addEventListener('securitypolicyviolation', event => violations.push(event.blockedURI))"

GRASS_9, RADIUS_3_OF_LARGE = "rgb(70, 167, 88)", "9px"
"""What Radix makes of `accent_color="grass"` and `radius="large"`."""

ALLOWING = "auth.install_auth(app, security_headers=auth.SecurityHeaders("


@pytest.fixture(scope="module")
def made(tmp_path_factory, wheel):
    app = StrangersApp(tmp_path_factory.mktemp("ordinary"), f"{wheel}[reflex]")
    app.make(borrows_dependencies=True)
    app.write("rxconfig.py", CONFIG)
    app.write("ordinary/__init__.py", "")
    app.write("ordinary/ordinary.py", SOURCE)
    return app


@pytest.fixture(scope="module", params=thorough_but_for(("production",), ("development", "production")))
def app(request, made):
    made.start(mode=request.param)
    yield made
    made.stop()


@pytest.fixture
def tab(app, browser):
    profile = browser.new_context(base_url=app.url)
    profile.add_init_script(
        "window.violations = []; addEventListener('securitypolicyviolation', e => violations.push(e.blockedURI))"
    )
    yield profile.new_page()
    profile.close()


@pytest.fixture
def page(tab):
    tab.goto("/")
    expect(tab.get_by_role("heading", name="Ordinary")).to_be_visible()
    return tab


def register(page, name, display_name=""):
    page.get_by_label("Username").fill(name)
    page.get_by_label("Display name").fill(display_name)
    page.locator("input[name=new_password]").fill("correct horse battery staple")
    page.locator("input[name=new_password_again]").fill("correct horse battery staple")
    page.get_by_role("button", name="Create account").click()


def click(page, name):
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.timeout(300)
def test_a_toast_that_a_handler_returns_appears_with_its_text_as_it_was_written(page):
    click(page, "toast")
    expect(page.get_by_text('Saved "all" of it: <b>é</b>')).to_be_visible()
    expect(page.get_by_text("As you wanted.")).to_be_visible()
    assert page.evaluate("violations") == []


def test_the_action_of_a_toast_calls_its_handler(page):
    click(page, "toast with undo")
    click(page, "Undo")
    expect(page.locator("#heard")).to_have_text("undone")


def test_an_alert_that_a_handler_returns_is_shown(page):
    said = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.accept()))
    with page.expect_event("dialog"):
        click(page, "alert")
    assert said == ["Be careful"]


def test_a_page_scrolls_where_a_handler_says(page):
    click(page, "scroll")
    expect(page.locator("#end")).to_be_in_viewport()


def test_a_link_to_an_uploaded_file_is_downloaded(page):
    with page.expect_download() as download:
        click(page, "download")
    assert download.value.path().read_text() == "what was uploaded"
    assert page.evaluate("violations") == []


def test_the_answer_of_a_function_reaches_its_handler(page):
    click(page, "call with answer")
    expect(page.locator("#heard")).to_have_text("the answer is 6")


def test_a_handler_that_fails_says_so(page):
    click(page, "fail")
    expect(page.get_by_text("Something went wrong")).to_be_visible()


def test_an_inline_script_runs_in_development_only_and_there_the_setting_that_allows_it_is_said(app, tab):
    said = []
    tab.on("console", lambda message: said.append(message.text))
    tab.goto("/scripted")
    expect(tab.get_by_text("Scripted")).to_be_visible()
    digest = base64.b64encode(hashlib.sha256(INLINE_SCRIPT.encode()).digest()).decode()
    sentence = f"""{ALLOWING}sources={{"script-src": ["'sha256-{digest}'"]}}))"""
    if app.mode == "development":
        expect(tab.get_by_text(sentence)).to_be_visible()
        assert any(sentence in text for text in said)
    else:
        expect(tab.locator("html")).not_to_have_attribute("data-inline", "ran")
        tab.wait_for_function("() => violations.length > 0")
        assert set(tab.evaluate("violations")) == {"inline"}


def test_code_of_an_apps_own_is_refused_with_the_setting_that_allows_it_and_in_development_on_the_page(app, page):
    said = []
    page.on("console", lambda message: said.append(message.text))
    with page.expect_console_message(lambda message: "allow_eval=True" in message.text):
        click(page, "call script")
    assert any(f"{ALLOWING}allow_eval=True))" in text and "document.title = 'scripted'" in text for text in said)
    assert page.title() != "scripted"
    if app.mode == "development":
        expect(page.get_by_text(f"{ALLOWING}allow_eval=True))")).to_be_visible()


def test_an_image_from_elsewhere_is_refused_and_in_development_the_setting_that_allows_it_is_said(app, tab):
    tab.route(
        FAR_IMAGE,
        lambda route: route.fulfill(status=200, content_type="image/svg+xml", body="<svg xmlns='http://www.w3.org/2000/svg'/>"),
    )
    said = []
    tab.on("console", lambda message: said.append(message.text))
    tab.goto("/pictures")
    expect(tab.get_by_text("In a font of its own")).to_be_visible()
    tab.wait_for_function("() => violations.length > 0")
    assert set(tab.evaluate("violations")) == {FAR_IMAGE}, "the font in the page is not refused"
    if app.mode == "development":
        sentence = f'{ALLOWING}images=["https://images.example.com"]))'
        expect(tab.get_by_text(sentence)).to_be_visible()
        assert any(sentence in text for text in said)


def test_doctor_names_the_handlers_and_the_built_pages_that_do_what_is_forbidden(app):
    report = re.sub(r"\s+", " ", app.run("-m", "rxapp", "doctor"))
    assert "forbids code from a handler (rx.call_script): ordinary.ordinary.OrdinaryState.call_script" in report
    assert "SecurityHeaders(allow_eval=True)" in report
    if app.mode == "production":
        assert "forbids https://images.example.com (img-src): /pictures" in report
        assert 'SecurityHeaders(images=["https://images.example.com"])' in report


@pytest.mark.parametrize("chosen", ["light", "dark"])
def test_our_pages_follow_the_theme_of_radix(tab, chosen):
    tab.emulate_media(color_scheme=chosen)
    tab.goto("/login")
    tab.get_by_label("Username").fill("ada")
    tab.get_by_label("Password").fill("lovelace")
    button = tab.get_by_role("button", name="Log in")
    expect(button).to_be_enabled()
    assert is_dark(tab.locator("h1")) == (chosen == "dark")
    of_button = "element => [getComputedStyle(element).backgroundColor, getComputedStyle(element).borderRadius]"
    assert button.evaluate(of_button) == [GRASS_9, RADIUS_3_OF_LARGE]


def test_a_page_of_add_page_is_behind_its_guard(app, tab):
    name = f"eve-{secrets.token_hex(4)}"
    tab.goto("/drafts")
    expect(tab.get_by_role("heading", name="Log in")).to_be_visible()
    tab.get_by_role("link", name="Create an account").click()
    expect(tab.get_by_role("heading", name="Create an account")).to_be_visible()
    register(tab, name)
    expect(tab.get_by_role("heading", name="You do not have access")).to_be_visible()
    app.run("-m", "rxapp", "users", "set-roles", name, "Editor")
    expect(tab.get_by_text("Drafts")).to_be_visible()


def test_on_a_plain_page_a_person_is_known_in_every_tab_and_by_the_name_that_they_have_chosen(page):
    expect(page.locator("#who")).to_have_text("Nobody")
    page.goto("/register")
    register(page, f"ada-{secrets.token_hex(4)}", "Ada Lovelace")
    expect(page.locator("#who")).to_have_text("Here is Ada Lovelace")
    another = page.context.new_page()
    another.goto("/")
    expect(another.locator("#who")).to_have_text("Here is Ada Lovelace")


def test_the_ready_made_pages_work_and_break_no_rule_of_the_policy(page):
    page.goto("/private")
    expect(page).to_have_url(re.compile(r"/login\?next=/private$"))
    expect(page.get_by_label("Username")).to_be_visible()
    assert page.evaluate("violations") == []
