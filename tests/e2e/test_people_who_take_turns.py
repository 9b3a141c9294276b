"""One person leaves, another one signs in, in that browser: nothing of the first is there. The first loses nothing by it.

The app is `neighbours_app.py`: whatever Reflex keeps or sends has a place in it.
"""

import json
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import ARGUMENTS, SHELL, find_browser
from tests.e2e.conftest import EXPIRED, PASSWORD, sign_in, store, stored, watching
from tests.e2e.database import open_service
from tests.e2e.test_account import change_password, fill_password_form
from tests.thorough import thorough_but_for

DAY = 24 * 60 * 60
A_FILE = {"name": "of-the-first.txt", "mimeType": "text/plain", "buffer": b"hello"}
NOWHERE = "/ping"
"""Of the same origin, and no page of the app."""

AT_LOGIN_FROM_DESK = re.compile(r"/next-door/login/?\?(reason=signed_out&)?next=/desk$")
KEEPS_THE_DOCUMENT = "window.isThisDocument === true"


@pytest.fixture(scope="module")
def server(neighbours_server):
    return neighbours_server


def mark(tab):
    """From now on one can tell whether the tab has another document."""
    tab.evaluate("window.isThisDocument = true")


def expect_another_document(tab):
    tab.wait_for_function(f"() => !({KEEPS_THE_DOCUMENT})", timeout=10_000)


def click(tab, button):
    tab.get_by_role("button", name=button, exact=True).click()


def log_out(tab):
    click(tab, "Log out")


def expect_login(tab, **options):
    expect(tab.get_by_label("Username")).to_be_visible(**options)


def fill_in(tab, user_name):
    """At the login page, without loading a document."""
    tab.get_by_label("Username").fill(user_name)
    tab.get_by_label("Password").fill(PASSWORD)
    click(tab, "Log in")


def expect_here(tab, user_name):
    expect(tab.get_by_text(f"Here is {user_name}", exact=True)).to_be_visible()


def at_desk(tab, person, *, at="/desk"):
    """The person at their desk, with a file chosen and something drafted that no server knows of."""
    sign_in(tab, person)
    tab.goto(at.removeprefix("/"))
    expect_here(tab, person)
    choose(tab)
    if "desk" in at:
        click(tab, "Draft")
        expect(tab.get_by_label("Drafted")).to_have_text("a private draft")
    mark(tab)
    return tab


def choose(tab):
    tab.locator("input[type=file]").first.set_input_files(A_FILE)
    expect(tab.get_by_label("Chosen")).to_have_text("of-the-first.txt")


@pytest.fixture
def desk(tab, person):
    return at_desk(tab, person)


def end_sessions(server, user_name):
    with open_service(server) as service:
        service.administration.end_sessions(service.administration.find_user(user_name).id)


def disable(server, user_name):
    with open_service(server) as service:
        service.administration.disable(service.administration.find_user(user_name).id)


def empty_storage(tab):
    tab.evaluate("localStorage.removeItem('refreshToken'); localStorage.removeItem('jwt')")


def elsewhere(tab):
    """Another tab of that browser, at a page that shows who is there."""
    other = tab.context.new_page()
    other.goto("desk")
    expect(other.get_by_text("Here is")).to_be_visible()
    return other


WAYS_OUT = {
    "Log out": lambda tab, _server, _person: log_out(tab),
    "Log out in another tab": lambda tab, _server, _person: log_out(elsewhere(tab)),
    "storage emptied in another tab": lambda tab, _server, _person: empty_storage(elsewhere(tab)),
    "ended by an administrator": lambda _tab, server, person: end_sessions(server, person),
    "disabled": lambda _tab, server, person: disable(server, person),
    "expired": lambda _tab, server, _person: server.move_clock(7 * DAY),
    "idle, and clicks": lambda tab, server, _person: (server.move_clock(DAY + 1), click(tab, "Write")),
    "idle, and clicks Pin": lambda tab, server, _person: (server.move_clock(DAY + 1), click(tab, "Pin")),
    "idle, and sends files": lambda tab, server, _person: (server.move_clock(DAY + 1), click(tab, "Send")),
}


WAYS_EACH_TIME = ("Log out", "ended by an administrator", "expired")


@pytest.mark.parametrize("way", thorough_but_for(WAYS_EACH_TIME, sorted(WAYS_OUT.keys() - {"idle, and clicks Pin"})))
def test_whoever_leaves_leaves_the_document_too(desk, server, person, way):
    with watching(desk) as seen:
        WAYS_OUT[way](desk, server, person)
        expect_login(desk)
        expect_another_document(desk)
        desk.wait_for_load_state("networkidle")
    assert {urlsplit(url).path for url in seen} == {"/next-door/login"}, "no other page on the way"
    assert person not in desk.content()
    assert stored(desk) == {}
    expect(desk.get_by_label("Username")).to_be_focused()


@pytest.mark.unbound
def test_who_is_refused_leaves_it_too(desk):
    """Tokens that are none, in the midst of a page."""
    other = elsewhere(desk)
    store(other, {"refreshToken": "garbage", "jwt": "garbage"})
    expect_login(desk)
    expect_another_document(desk)
    assert stored(desk) == {}


def test_the_next_person_sends_no_file_of_the_first_and_has_nothing_of_theirs(desk, server, person, other_person):
    server.move_clock(DAY + 1)
    click(desk, "Write")
    expect_login(desk)
    fill_in(desk, other_person)
    expect_here(desk, other_person)
    expect(desk.get_by_label("Chosen")).to_have_text("")
    expect(desk.get_by_label("Drafted")).to_have_text("nothing drafted")
    with desk.expect_response("**/_upload"):  # Reflex passes over another one until then
        click(desk, "Send")
    choose(desk)
    click(desk, "Send")
    expect(desk.get_by_label("Arrived").get_by_role("listitem")).to_have_text([f"of-the-first.txt (5 bytes) from {other_person}"])


@pytest.mark.parametrize("address", thorough_but_for(("desk?tab=2&sort=name",), ("desk", "desk?tab=2&sort=name")))
def test_one_comes_back_to_the_page_that_was_left_with_its_query(tab, person, server, address):
    sign_in(tab, person)
    tab.goto(address)
    expect_here(tab, person)
    end_sessions(server, person)
    expect(tab).to_have_url(re.compile(r"/login/?\?reason=ended_by_administrator&next="))
    fill_in(tab, person)
    expect_here(tab, person)
    assert tab.url == f"{server.pages_url}{address}"


@pytest.mark.thorough
def test_the_page_that_was_left_is_not_one_to_go_back_to(desk, server, person):
    before = desk.evaluate("history.length")
    end_sessions(server, person)
    expect_login(desk)
    assert desk.evaluate("history.length") == before
    desk.go_back()
    expect(desk).not_to_have_url(re.compile("/desk"))
    assert person not in desk.content()


def test_back_after_log_out_leads_to_the_login_page(desk, person):
    log_out(desk)
    expect_login(desk)
    desk.go_back()
    expect(desk).to_have_url(AT_LOGIN_FROM_DESK)
    assert person not in desk.content()


NOTE_WHAT_IS_SEEN = """
    addEventListener("pageshow", ({ persisted }) => {
        if (persisted) {
            sessionStorage.setItem("seen-again", document.querySelector("main").checkVisibility({ visibilityProperty: true }));
        }
    });
"""


@pytest.fixture(scope="module")
def browser_that_keeps_pages(browser):
    """With the back/forward cache, which Playwright switches off unless it is asked not to."""
    if find_browser() and find_browser().endswith(SHELL):
        pytest.skip("the browser without windows has no back/forward cache")
    kept = browser.browser_type.launch(
        executable_path=find_browser(), args=ARGUMENTS, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield kept
    kept.close()


class TestAPageThatTheBrowserKeepsForBack:
    @pytest.fixture
    def profile(self, browser_that_keeps_pages, server):
        context = browser_that_keeps_pages.new_context(base_url=server.pages_url)
        context.add_init_script(NOTE_WHAT_IS_SEEN)
        yield context
        context.close()

    def test_is_not_shown_to_the_next_person_and_loads_itself_anew(self, desk, person, other_person):
        desk.goto(NOWHERE)
        other = elsewhere_signed_out(desk)
        fill_in(other, other_person)
        expect(other.get_by_text(f"You are logged in as {other_person}.")).to_be_visible()
        desk.go_back(wait_until="commit")
        expect_here(desk, other_person)
        assert desk.evaluate("sessionStorage.getItem('seen-again')") == "false", "it came from the cache, and was not seen"
        expect_another_document(desk)
        assert person not in desk.content()

    def test_is_not_shown_after_log_out_either(self, desk, person):
        log_out(desk)
        expect_login(desk)
        desk.go_back(wait_until="commit")
        expect(desk).to_have_url(AT_LOGIN_FROM_DESK)
        assert desk.evaluate("sessionStorage.getItem('seen-again')") == "false"
        assert person not in desk.content()

    def test_of_nobody_is_shown_as_it_was(self, tab):
        tab.goto("login")
        tab.get_by_label("Username").fill("half a na")
        mark(tab)
        tab.goto(NOWHERE)
        tab.go_back(wait_until="commit")
        expect(tab.get_by_label("Username")).to_have_value("half a na")
        assert tab.evaluate("sessionStorage.getItem('seen-again')") == "true"
        assert tab.evaluate(KEEPS_THE_DOCUMENT)


def test_a_page_is_not_seen_when_it_comes_back_and_is_loaded_anew(desk, person):
    """The same by the events that a browser with a back/forward cache sends."""
    desk.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    expect(desk.get_by_role("main")).to_be_hidden()
    desk.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect_another_document(desk)
    expect_here(desk, person)


def elsewhere_signed_out(tab):
    other = elsewhere(tab)
    log_out(other)
    expect_login(other)
    return other


class TestSomebodyElseInAnotherTab:
    """The first person's page is still open when the second has signed in."""

    @pytest.fixture
    def newcomer(self, server, other_person, api):
        """What the browser holds once they have signed in."""
        pair = api.post("/api/auth/login", json={"username": other_person, "password": PASSWORD}).json()
        return {"refreshToken": pair["refreshToken"], "jwt": pair["token"]}

    @pytest.mark.unbound
    @pytest.mark.parametrize(
        "at", thorough_but_for(("/desk", "/board"), ("/desk", "/open-desk", "/board", "/board-that-helps", "/board-that-pins"))
    )
    def test_the_page_is_loaded_anew_as_theirs_and_they_stay_signed_in(
        self, tab, person, other_person, newcomer, at, api, server
    ):
        at_desk(tab, person, at=at)
        if "board" in at:
            click(tab, "Pin")
            expect(tab.get_by_text(f"pinned by {person}", exact=True)).to_be_visible()
        other = tab.context.new_page()
        other.goto(NOWHERE)
        store(other, newcomer)
        expect(tab.get_by_text(person, exact=True)).to_be_hidden()
        expect_another_document(tab)
        expect(tab.get_by_label("Chosen")).to_have_text("")
        expect(tab.get_by_text(f"pinned by {person}", exact=True)).to_be_hidden()
        expect_here(tab, other_person)
        assert stored(tab) == newcomer
        assert api.get("/api/customers", headers={"Authorization": f"Bearer {newcomer['jwt']}"}).status_code == 403

    def test_after_the_first_has_logged_out_there(self, desk, person, other_person):
        other = elsewhere_signed_out(desk)
        fill_in(other, other_person)
        expect(other.get_by_text(f"You are logged in as {other_person}.")).to_be_visible()
        expect_another_document(desk)
        expect(desk.get_by_text(f"You are logged in as {other_person}.")).to_be_visible()


@pytest.mark.parametrize(
    ("at", "way"),
    [
        ("/board", "Log out in another tab"),
        pytest.param("/board-that-helps", "ended by an administrator", marks=pytest.mark.thorough),
        pytest.param("/board-that-pins", "expired", marks=pytest.mark.thorough),
        pytest.param("/board-that-pins", "idle, and clicks Pin", marks=pytest.mark.thorough),
    ],
)
def test_a_page_without_our_guard_leaves_as_any_other(tab, server, person, at, way):
    at_desk(tab, person, at="/board")
    tab.goto(at.removeprefix("/"))
    click(tab, "Pin")
    expect(tab.get_by_text(f"pinned by {person}").first).to_be_visible()
    mark(tab)
    WAYS_OUT[way](tab, server, person)
    expect_login(tab)
    expect_another_document(tab)
    assert person not in tab.content()


@pytest.mark.thorough
def test_a_public_page_at_which_one_is_found_to_have_left_is_loaded_anew_and_not_left(desk, server, person):
    server.move_clock(DAY + 1)
    desk.get_by_role("link", name="To the open desk").click()
    expect(desk).to_have_url(f"{server.pages_url}open-desk")
    expect_another_document(desk)
    expect(desk.get_by_label("Chosen")).to_have_text("")
    expect(desk.get_by_label("Drafted")).to_have_text("nothing drafted")
    assert person not in desk.content()


@pytest.mark.thorough
def test_a_page_that_was_cut_off_when_its_session_ended_leaves_when_it_is_connected_again(desk, server, person):
    server.kill()
    end_sessions(server, person)
    server.start(is_built=True)
    expect_login(desk, timeout=30_000)
    expect_another_document(desk)
    expect(desk).to_have_url(re.compile(r"/login/?\?reason=ended_by_administrator&next=/desk$"))


@pytest.mark.thorough
def test_a_duplicated_tab_leaves_with_the_first(desk, person):
    session = json.loads(desk.evaluate("JSON.stringify(sessionStorage)"))
    duplicate = desk.context.new_page()
    duplicate.goto(NOWHERE)
    duplicate.evaluate("kept => Object.entries(kept).forEach(([key, value]) => sessionStorage.setItem(key, value))", session)
    duplicate.goto("desk")
    expect_here(duplicate, person)
    mark(duplicate)
    log_out(desk)
    expect_login(duplicate)
    expect_another_document(duplicate)
    assert person not in duplicate.content()


class TestThePersonLosesNothing:
    """Whose tokens rotate, or whose session is replaced, does not leave."""

    def test_rotation_loads_nothing_anew(self, desk, person, server):
        server.move_clock(EXPIRED)
        click(desk, "Write")
        expect(desk.get_by_text(f"written by {person}", exact=True)).to_be_visible()
        expect_document_kept(desk)

    @pytest.mark.thorough
    def test_nor_does_a_rotation_in_another_tab(self, desk, person, server):
        other = elsewhere(desk)
        server.move_clock(EXPIRED)
        click(other, "Write")
        expect(other.get_by_text(f"written by {person}", exact=True)).to_be_visible()
        click(desk, "Write")
        expect(desk.get_by_text(f"written by {person}", exact=True)).to_be_visible()
        expect_document_kept(desk)

    @pytest.mark.thorough
    def test_nor_does_a_password_that_was_changed_in_another_tab(self, desk, person):
        other = desk.context.new_page()
        other.goto("account")
        fill_password_form(other)
        change_password(other)
        expect(other.get_by_text("Your password is changed.")).to_be_visible()
        click(desk, "Write")
        expect(desk.get_by_text(f"written by {person}", exact=True)).to_be_visible()
        expect_document_kept(desk)

    @pytest.mark.thorough
    def test_nor_does_a_change_of_roles(self, desk, person, server):
        """The page loads its data anew then, as what the person may see has changed, but not the document."""
        click(desk, "Write")
        expect(desk.get_by_text(f"written by {person}", exact=True)).to_be_visible()
        with open_service(server) as service:
            service.administration.give_role(service.administration.find_user(person).id, "Editor")
        expect(desk.get_by_text(f"written by {person}", exact=True)).to_be_hidden()
        click(desk, "Write")
        expect(desk.get_by_text(f"written by {person}", exact=True)).to_be_visible()
        expect_document_kept(desk)

    def test_nobody_who_comes_to_a_guarded_page_waits_for_another_document(self, tab):
        tab.add_init_script("sessionStorage.documents = Number(sessionStorage.documents ?? 0) + 1")
        tab.goto("desk")
        expect_login(tab)
        expect(tab).to_have_url(AT_LOGIN_FROM_DESK)
        assert tab.evaluate("sessionStorage.documents") == "1"

    @pytest.mark.thorough
    def test_an_app_that_asks_before_unloading_holds_nobody_back(self, desk, server, person):
        asked = []
        desk.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
        desk.evaluate("addEventListener('beforeunload', (event) => { event.preventDefault(); event.returnValue = 'Really?' })")
        click(desk, "Draft")  # without a click browsers ask nothing
        end_sessions(server, person)
        expect_login(desk)
        expect_another_document(desk)
        assert asked == []


def expect_document_kept(tab):
    assert tab.evaluate(KEEPS_THE_DOCUMENT)
    expect(tab.get_by_label("Chosen")).to_have_text("of-the-first.txt")
    expect(tab.get_by_label("Drafted")).to_have_text("a private draft")


class TestStorageThatDoesNotWork:
    """Full, or refused from some moment on: one leaves all the same."""

    @pytest.mark.parametrize("what", ["setItem", "removeItem"])
    @pytest.mark.thorough
    def test_one_leaves_all_the_same(self, desk, person, what):
        desk.evaluate(f"() => {{ Storage.prototype.{what} = () => {{ throw new DOMException('', 'QuotaExceededError') }} }}")
        log_out(desk)
        expect_login(desk)
        expect_another_document(desk)
        assert person not in desk.content()
        expect(desk.get_by_text("You are logged out.")).to_be_visible()


class TestWhatReflexKeeps:
    """The second person is at the page of the first, in their tab."""

    @pytest.fixture
    def taken_over(self, desk, person, other_person):
        desk.clock.install()
        for button in ("Write", "Write in a function", "Write in a component", "Write later"):
            click(desk, button)
        desk.get_by_label("Typed").fill("a private word")
        for text in (f"written by {person}", f"in a function: {person}", f"in a component: {person}"):
            expect(desk.get_by_text(text, exact=True)).to_be_visible()
        log_out(desk)
        expect_login(desk)
        fill_in(desk, other_person)
        expect(desk.get_by_text(f"You are logged in as {other_person}.")).to_be_visible()
        desk.clock.fast_forward(61_000)  # what the first has typed and clicked last was to be sent after a minute
        desk.goto("desk")
        expect_here(desk, other_person)
        expect(desk.get_by_text("memoised:")).to_be_visible()
        return desk

    def test_is_not_there_in_vars_memoised_components_and_what_is_sent_late(self, taken_over, person):
        assert person not in taken_over.get_by_text("memoised:").inner_text()
        for text in (f"written by {person}", "a late word"):
            expect(taken_over.get_by_text(text)).to_be_hidden()
        expect(taken_over.get_by_label("Typed")).to_have_value("")

    def test_is_not_there_in_computed_vars_states_of_components_and_functions_and_session_storage(self, taken_over, person):
        for text in ("computed of", "now and then of", "in a function:", "in a component:", "in session storage:"):
            expect(taken_over.get_by_text(f"{text} {person}", exact=True)).to_be_hidden(timeout=1_000)

    def test_stays_in_cookies_and_local_storage_as_the_guide_says(self, taken_over, person):
        for text in ("in a cookie:", "in local storage:"):
            expect(taken_over.get_by_text(f"{text} {person}", exact=True)).to_be_visible()
