"""Logging in with other providers, in a browser: real issuers, the pages, everything that gets lost on the way, and attacks.

The app is below a path. Its pages are those of `neighbours_server`; its process, its database and its clock are its own, for a
real issuer has no other clock than that of this machine.
"""

import contextlib
import itertools
import re
import socket
import time
import zlib
from datetime import timedelta

import httpx
import pytest
from filelock import FileLock
from playwright.sync_api import expect
from sqlalchemy import select

from rxapp.auth.core.accounts.users import find_user
from rxapp.auth.core.audit.events import EventFilter, EventKind
from rxapp.auth.core.database.tables import AuthSession
from rxapp.auth.features.email.rules import addresses
from rxapp.auth.features.providers.rules import links
from tests.e2e.accessibility import assert_accessible
from tests.e2e.conftest import (
    KEEPS_SOCKETS,
    PASSWORD,
    expect_login_with,
    expect_to_leave,
    lose_connection,
    sign_in,
    start_with_pages_of_the_first,
    stored,
)
from tests.e2e.database import open_service
from tests.e2e.neighbours_server import CLIENT_SECRET, NeighboursServer
from tests.features.providers.issuers import issuers, log_in_at
from tests.one_time_codes import code_at, enrol

RUNNING = ("acme", "initech", "umbrella")
DOWN, SILENT = "hooli", "soylent"

SECURITY = "/account/security"
ENDED = "That took too long, was completed already, or began in another browser."
NO_ANSWER = "The provider does not answer at the moment."
CANCELLED = "You were not logged in there."

A_REQUEST = 10
"""Seconds that the app waits for a provider."""

LONG = 60
"""Seconds for which nobody waits."""


@pytest.fixture(scope="module")
def server(tmp_path_factory, of_all_workers):
    server = NeighboursServer(tmp_path_factory.mktemp("providers"))
    with FileLock(of_all_workers / "neighbours-of-the-first.lock"):
        start_with_pages_of_the_first(server, of_all_workers / "neighbours-of-the-first.json")
    yield server
    server.stop()


def client_of(server, name):
    """How the app is registered at a provider."""
    at = f"{server.url}/api/auth/providers/{name}"
    told = {"backchannel_logout_uri": f"{at}/backchannel-logout", "backchannel_logout_session_required": True}
    client = {"client_id": "rxapp", "client_secret": CLIENT_SECRET, "redirect_uris": [f"{at}/callback"]}
    return client | (told if name == "acme" else {})


def configs(server, *names):
    return [{"name": each, "port": server.provider_ports[each], "clients": [client_of(server, each)]} for each in names]


@pytest.fixture(scope="module")
def running(server):
    with issuers(configs(server, *RUNNING)) as them:
        yield them


@pytest.fixture
def acme(running):
    return running["acme"]


@pytest.fixture
def login(request, acme):
    """A person of this test's own, who has an account at Acme with a verified address: their name there."""
    login = f"ada-{zlib.crc32(request.node.nodeid.encode()):08x}"
    acme.account(login, **claims_of(login))
    return login


def claims_of(login, **more):
    return {"preferred_username": login, "name": "Ada Lovelace", "email": f"{login}@example.com", "email_verified": True} | more


@pytest.fixture
def elsewhere(other_profile):
    return other_profile.new_page()


@pytest.fixture(autouse=True)
def clock_of_the_issuers(server):
    yield
    server.move_clock_to(0)


def at_login(tab, to="account"):
    """The login page, ready for a click."""
    tab.goto(to)
    expect(tab).to_have_url(re.compile(r"/login/?\?(.*&)?next="))
    expect(tab.get_by_role("button", name="Continue with Acme")).to_be_visible()
    ready(tab)


def ready(tab):
    tab.wait_for_function("() => sessionStorage.getItem('token') !== null")


def leave_for(tab, label="Acme", to="account"):
    at_login(tab, to)
    tab.get_by_role("button", name=f"Continue with {label}").click()


def answer(tab, login):
    """What the person does at the provider, which does not know them yet."""
    tab.get_by_label("Login").fill(login)
    tab.get_by_role("button", name="Continue", exact=True).click()


def log_in(tab, login, label="Acme", to="account"):
    leave_for(tab, label, to)
    answer(tab, login)
    expect_logged_in(tab, f"/{to}")


def expect_logged_in(tab, to="/account"):
    expect(tab).to_have_url(re.compile(rf"/next-door{re.escape(to)}/?$"))
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()


def expect_refused(tab, words):
    expect(tab.get_by_role("alert").filter(has_text=words)).to_be_visible()
    assert stored(tab) == {}


def user_of(server, name):
    with open_service(server) as service, service.database.read() as db:
        return find_user(db, name)


def links_of(server, name):
    """The issuers of the links of a user."""
    with open_service(server) as service:
        user = service.administration.find_user(name)
        with service.database.connect() as db:
            return [each.issuer for each in links.links_of(db, user.id)]


def events_of(server, name, kind):
    with open_service(server) as service:
        user = service.administration.find_user(name)
        return list(service.administration.each_event(EventFilter(user.id, kind)))


def sessions_of(server, name):
    """Why each session of the user has ended, the oldest first; None for one that has not."""
    with open_service(server) as service, service.database.read() as db:
        of_user = select(AuthSession).where(AuthSession.user_id == find_user(db, name).id).order_by(AuthSession.created_at)
        return [each.revoked_reason for each in db.scalars(of_user)]


class TestTheWay:
    def test_whoever_comes_for_the_first_time_has_an_account_with_what_the_provider_has_verified(self, tab, server, acme, login):
        log_in(tab, login)
        expect(tab.get_by_label("Display name")).to_have_value("Ada Lovelace")
        expect(tab.get_by_text(f"Messages about your account go to {login}@example.com.")).to_be_visible()
        assert links_of(server, login) == [acme.url]
        assert [event.detail for event in events_of(server, login, EventKind.USER_REGISTERED)] == ["Acme"]
        assert user_of(server, login).roles == []

    def test_and_later_logs_in_again_as_the_same(self, tab, elsewhere, server, login):
        log_in(tab, login)
        tab.get_by_role("button", name="Log out").click()
        expect_login_with(tab, "signed_out", "You are logged out.")
        leave_for(tab)  # whose session there goes on
        expect_logged_in(tab)
        log_in(elsewhere, login)
        assert len(links_of(server, login)) == 1
        assert len(events_of(server, login, EventKind.LOGIN)) == 3
        assert sessions_of(server, login) == ["signed_out", None, None]

    def test_one_gets_where_one_wanted_to_go_with_query_and_fragment(self, tab, login):
        tab.goto("account/sessions?a=b&c=d%26e#there")
        expect(tab.get_by_role("button", name="Continue with Acme")).to_be_visible()
        assert "there" not in tab.url
        ready(tab)
        tab.get_by_role("button", name="Continue with Acme").click()
        answer(tab, login)
        expect(tab).to_have_url(re.compile(r"/next-door/account/sessions/?\?a=b&c=d%26e#there$"))
        expect(tab.get_by_text("This device", exact=True)).to_be_visible()

    def test_it_leads_to_no_other_site(self, tab, server, login):
        tab.goto("login?next=//evil.example.com/")
        ready(tab)
        tab.get_by_role("button", name="Continue with Acme").click()
        answer(tab, login)
        expect(tab.get_by_text(f"You are logged in as {login}")).to_be_visible()
        assert tab.url.startswith(server.pages_url)

    @pytest.mark.thorough
    def test_from_the_page_for_new_accounts_too(self, tab, server, login):
        tab.goto("register")
        ready(tab)
        tab.get_by_role("button", name="Continue with Acme").click()
        answer(tab, login)
        expect(tab.get_by_text(f"You are logged in as {login}")).to_be_visible()
        assert len(links_of(server, login)) == 1

    @pytest.mark.thorough
    def test_without_a_mouse(self, tab, login):
        at_login(tab)
        button = tab.get_by_role("button", name="Continue with Acme")
        for _ in range(20):
            tab.keyboard.press("Tab")
            if button.evaluate("element => element === document.activeElement"):
                break
        tab.keyboard.press("Enter")
        expect(tab.get_by_label("Login")).to_be_focused()
        tab.keyboard.type(login)
        tab.keyboard.press("Enter")
        expect_logged_in(tab)

    def test_each_group_of_the_provider_gives_its_role_until_a_login_without_it(self, tab, server, acme, login):
        acme.account(login, **claims_of(login, groups=["staff", "others"]))
        leave_for(tab, to="customers")
        answer(tab, login)
        expect(tab.get_by_role("heading", name="Customers")).to_be_visible()
        assert user_of(server, login).roles == ["Manager"]
        acme.account(login, **claims_of(login, groups=["others"]))
        tab.goto("account")
        tab.get_by_role("button", name="Log out").click()
        expect_login_with(tab, "signed_out", "You are logged out.")
        leave_for(tab, to="customers")
        expect(tab.get_by_role("heading", name="You do not have access")).to_be_visible()
        assert user_of(server, login).roles == []

    def test_new_keys_of_the_provider_disturb_nobody(self, tab, elsewhere, acme, login):
        log_in(tab, login)
        before = acme.counts()["jwks"]
        acme.rotate_keys(forget=True)
        log_in(elsewhere, login)
        assert acme.counts()["jwks"] == before + 1

    def test_the_second_factor_is_asked_for_afterwards(self, tab, server, login, person):
        with open_service(server) as service:
            identity = service.verify_access(service.log_in(person, PASSWORD).access_token)
            made = enrol(service, identity, server.now)
            with service.database.transaction() as db:
                mailbox = addresses.mailbox_in(f"{login}@example.com")
                addresses.put(db, service.administration.find_user(person).id, mailbox, service.clock())
        leave_for(tab, to="account/sessions?a=b")
        answer(tab, login)
        expect(tab.get_by_role("heading", name="One more step")).to_be_visible()
        assert stored(tab) == {}
        tab.get_by_label("Code", exact=True).fill(code_at(made.secret, server.now(), steps=1))
        tab.get_by_role("button", name="Confirm").click()
        expect(tab).to_have_url(re.compile(r"/account/sessions/?\?a=b$"))
        expect(tab.get_by_text("This device", exact=True)).to_be_visible()
        assert len(links_of(server, person)) == 1


class TestInOnesAccount:
    def test_an_account_is_linked_logs_one_in_and_is_removed(self, tab, elsewhere, server, acme, login, person):
        sign_in(tab, person, to=SECURITY)
        tab.get_by_role("button", name="Link Acme").click()
        answer(tab, login)
        expect(tab).to_have_url(re.compile(rf"{SECURITY}/?$"))
        section = tab.get_by_role("region", name="Other accounts")
        expect(section.get_by_text(f"{login}@example.com")).to_be_visible()
        expect(section.get_by_text("not used yet")).to_be_visible()
        assert_accessible(tab)
        assert links_of(server, person) == [acme.url]
        log_in(elsewhere, login)
        expect(elsewhere.get_by_label("Display name")).to_have_value(person)
        tab.reload()
        expect(section.get_by_text("last used")).to_be_visible()
        section.get_by_role("button", name="Remove").click()
        tab.get_by_role("dialog", name="Remove the link to Acme?").get_by_role("button", name="Remove").click()
        expect_to_leave("provider_removed", elsewhere)
        expect(tab.get_by_text("The link was removed.")).to_be_visible()
        expect(section.get_by_text("Link an account that you have elsewhere")).to_be_visible()
        assert links_of(server, person) == []

    @pytest.mark.thorough
    def test_the_last_way_in_is_not_removed(self, tab, server, acme, login):
        acme.account(login, preferred_username=login)
        log_in(tab, login)
        tab.goto("account/security")
        section = tab.get_by_role("region", name="Other accounts")
        section.get_by_role("button", name="Remove").click()
        tab.get_by_role("dialog", name="Remove the link to Acme?").get_by_role("button", name="Remove").click()
        expect(section.get_by_role("alert").filter(has_text="This is the only way to log in to your account.")).to_be_visible()
        assert len(links_of(server, login)) == 1

    def test_an_account_of_somebody_else_is_not_linked(self, tab, elsewhere, server, login, person):
        log_in(elsewhere, login)
        sign_in(tab, person, to=SECURITY)
        tab.get_by_role("button", name="Link Acme").click()
        answer(tab, login)
        expect(tab.get_by_role("alert").filter(has_text="belongs to another account here")).to_be_visible()
        tab.get_by_role("link", name="Try again").click()
        expect(tab).to_have_url(re.compile(rf"{SECURITY}/?$"))
        assert links_of(server, person) == []

    def test_whoever_cancels_at_the_provider_comes_back_and_nothing_is_linked(self, tab, server, acme, person):
        sign_in(tab, person, to=SECURITY)
        tab.get_by_role("button", name="Link Acme").click()
        tab.get_by_role("button", name="Cancel").click()
        expect(tab.get_by_role("alert").filter(has_text=CANCELLED)).to_be_visible()
        tab.get_by_role("link", name="Try again").click()
        expect(tab).to_have_url(re.compile(rf"{SECURITY}/?$"))
        expect(tab.get_by_role("button", name="Link Acme")).to_be_visible()
        assert links_of(server, person) == []

    def test_who_one_is_can_be_shown_by_a_second_login_there(self, tab, server, acme, login):
        """Whoever logged in at the provider long ago is not fresh here either."""
        acme.account(login, **claims_of(login, auth_time=int((server.now() - timedelta(minutes=11)).timestamp())))
        log_in(tab, login)
        acme.account(login, **claims_of(login))
        dialog = ask_to_delete(tab)
        expect(dialog.get_by_label("Your password")).to_have_count(0)
        assert_accessible(tab)
        dialog.get_by_role("button", name="Confirm with Acme").click()
        answer(tab, login)
        expect_logged_in(tab)
        assert len(events_of(server, login, "provider_confirmed")) == 1
        ask_to_delete(tab, expects_dialog=False)
        expect_login_with(tab, "account_deleted", "deleted")
        assert user_of(server, login) is None

    @pytest.mark.thorough
    def test_whose_session_has_ended_meanwhile_logs_in_again_and_gets_where_they_were(self, tab, server, login, person):
        sign_in(tab, person, to=SECURITY)
        tab.get_by_role("button", name="Link Acme").click()
        expect(tab.get_by_label("Login")).to_be_visible()
        with open_service(server) as service:
            service.administration.end_sessions(service.administration.find_user(person).id)
        answer(tab, login)
        expect(tab.get_by_label("Username")).to_be_visible()
        tab.get_by_label("Username").fill(person)
        tab.get_by_label("Password").fill(PASSWORD)
        tab.get_by_role("button", name="Log in").click()
        expect(tab).to_have_url(re.compile(rf"{SECURITY}/?$"))
        assert links_of(server, person) == []

    def test_not_by_a_login_as_somebody_else(self, tab, server, running, login):
        """At a provider that tells nobody that the former session there has ended."""
        long_ago = int((server.now() - timedelta(minutes=11)).timestamp())
        running["umbrella"].account(login, **claims_of(login, auth_time=long_ago))
        log_in(tab, login, "Umbrella")
        ask_to_delete(tab, "Umbrella").get_by_role("button", name="Confirm with Umbrella").click()
        answer(tab, f"not-{login}")
        expect(tab.get_by_role("alert").filter(has_text="as somebody else than the one who is linked here")).to_be_visible()
        tab.get_by_role("link", name="Try again").click()
        expect_logged_in(tab)
        assert events_of(server, login, "provider_confirmed") == []
        assert user_of(server, login) is not None


def ask_to_delete(tab, label="Acme", *, expects_dialog=True):
    tab.get_by_role("button", name="Delete my account").click()
    tab.get_by_role("dialog", name="Delete your account?").get_by_role("button", name="Delete my account").click()
    dialog = tab.get_by_role("dialog", name="Confirm that it is you")
    if expects_dialog:
        expect(dialog.get_by_role("button", name=f"Confirm with {label}")).to_be_visible()
    return dialog


class TestLogoutAtTheProvider:
    def test_ends_the_session_that_began_there_and_its_page_says_why_within_a_second(self, tab, elsewhere, server, acme, login):
        log_in(tab, login)
        log_in(elsewhere, login)
        other = tab.context.new_page()
        other.goto("account/sessions")
        expect(other.get_by_text("This device", exact=True)).to_be_visible()
        assert [each.get("error") for each in acme.log_out(login)] == [None, None]
        expect_to_leave("logged_out_at_provider", tab, other, elsewhere)
        expect_login_with(tab, "logged_out_at_provider", "because you have logged out at your provider")
        assert sessions_of(server, login) == ["logged_out_at_provider"] * 2


OUR_SCRIPTS = re.compile("/next-door/assets/")


A_REFRESH_TOKEN = "rxr1_"


def cut_first_connection(tab, *, asking="", answered=""):
    """The page's first connection is cut in place of a message: the page's with `asking`, or the server's with `answered`.

    Returns a list, which has an item as soon as this was done.
    """
    connections, cuts = [], []

    def connect(page):
        server = page.connect_to_server()
        connections.append(page)
        is_first = len(connections) == 1

        def hand_on(message, to, word):
            if is_first and word and word in str(message):
                cuts.append(word)
                server.close()
                page.close()
            elif not (is_first and cuts):
                to.send(message)

        page.on_message(lambda message: hand_on(message, server, asking))
        server.on_message(lambda message: hand_on(message, page, answered))

    tab.route_web_socket(re.compile("/_event"), connect)
    return cuts


def ticket_address(tab, login):
    """The address of the page with a ticket that nobody has used: the page's scripts do not load."""
    leave_for(tab)
    expect(tab.get_by_label("Login")).to_be_visible()
    tab.route(OUR_SCRIPTS, lambda route: route.abort())
    answer(tab, login)
    tab.wait_for_url("**/provider-login#ticket=**")
    tab.unroute(OUR_SCRIPTS)
    return tab.url


class TestMishaps:
    def test_a_click_before_the_page_is_ready_counts(self, tab, login):
        waiting, released = [], []
        tab.route(OUR_SCRIPTS, lambda route: route.continue_() if released else waiting.append(route))
        tab.goto("login", wait_until="commit")
        tab.get_by_role("button", name="Continue with Acme").click()
        released.append(True)
        for each in waiting:
            each.continue_()
        expect(tab.get_by_label("Login")).to_be_visible(timeout=5_000)

    def test_a_double_click_is_one_login(self, tab, server, login):
        at_login(tab)
        tab.get_by_role("button", name="Continue with Acme").dblclick()
        answer(tab, login)
        expect_logged_in(tab)
        assert len(events_of(server, login, EventKind.LOGIN)) == 1

    def test_two_tabs_that_begin_at_once_both_come_back_logged_in_as_one_new_person(self, tab, server, login):
        both = tab, tab.context.new_page()
        for each in both:
            leave_for(each)
            each.get_by_label("Login").fill(login)
        for each in both:
            each.get_by_role("button", name="Continue", exact=True).click(no_wait_after=True)
        for each in both:
            expect_logged_in(each)
            each.reload()
            expect_logged_in(each)
        assert len(events_of(server, login, EventKind.USER_REGISTERED)) == len(links_of(server, login)) == 1
        assert None in sessions_of(server, login)

    @pytest.mark.thorough
    def test_back_from_the_provider_leads_to_a_login_page_that_works(self, tab, login):
        leave_for(tab)
        expect(tab.get_by_label("Login")).to_be_visible()
        tab.go_back()
        expect(tab.get_by_role("button", name="Continue with Acme")).to_be_visible()
        ready(tab)
        tab.wait_for_timeout(1_000)  # it does not leave again by itself
        tab.get_by_role("button", name="Continue with Acme").click()
        answer(tab, login)
        expect_logged_in(tab)

    def test_back_after_the_login_leads_to_no_error(self, tab, elsewhere, server, login):
        log_in(tab, login)
        tab.get_by_role("button", name="Log out").click()
        expect_login_with(tab, "signed_out", "You are logged out.")
        leave_for(tab)
        expect_logged_in(tab)
        tab.go_back()
        expect_logged_in(tab)
        assert sessions_of(server, login) == ["signed_out", None]

    @pytest.mark.thorough
    def test_a_reload_of_the_page_with_the_ticket_logs_one_in_once(self, tab, server, login):
        address = ticket_address(tab, login)
        tab.reload()
        expect_logged_in(tab)
        tab.goto(address)
        expect_logged_in(tab)
        assert len(events_of(server, login, EventKind.LOGIN)) == 1
        tab.get_by_role("button", name="Log out").click()
        expect_login_with(tab, "signed_out", "You are logged out.")
        tab.goto(address)
        expect_refused(tab, ENDED)
        assert len(events_of(server, login, EventKind.LOGIN)) == 1

    @pytest.mark.thorough
    def test_a_connection_that_is_lost_before_the_ticket_is_used_costs_nothing(self, tab, server, login):
        ticket_address(tab, login)
        cuts = cut_first_connection(tab, asking=".prove_key")
        tab.reload()
        expect_logged_in(tab)
        assert cuts
        assert len(events_of(server, login, EventKind.LOGIN)) == 1

    def test_a_connection_that_is_lost_while_the_ticket_is_used_costs_a_click_at_most(self, tab, server, login):
        ticket_address(tab, login)
        cuts = cut_first_connection(tab, answered=A_REFRESH_TOKEN)
        tab.reload()
        inside, again = tab.get_by_role("button", name="Log out"), tab.get_by_role("link", name="Try again")
        expect(inside.or_(again)).to_be_visible()
        if again.is_visible():
            expect_refused(tab, ENDED)
            again.click()
            ready(tab)
            tab.get_by_role("button", name="Continue with Acme").click()
        expect_logged_in(tab)
        assert cuts
        assert sessions_of(server, login).count(None) <= 2

    @pytest.mark.thorough
    def test_a_connection_that_is_lost_after_it_uses_nothing_twice_and_shows_no_error(self, tab, server, login):
        ticket_address(tab, login)
        cuts = cut_first_connection(tab, answered='"_redirect"')
        tab.reload()
        expect_logged_in(tab)
        assert cuts
        assert sessions_of(server, login) == [None]

    def test_a_page_with_an_error_that_connects_again_shows_none_to_whoever_is_logged_in_by_now(self, tab, login, person):
        tab.add_init_script(KEEPS_SOCKETS)
        leave_for(tab)
        tab.get_by_role("button", name="Cancel").click()
        expect_refused(tab, CANCELLED)
        lose_connection(tab)
        expect(tab.get_by_role("alert").filter(has_text=CANCELLED)).to_be_visible()
        sign_in(tab.context.new_page(), person)
        expect_logged_in(tab)

    @pytest.mark.thorough
    def test_whoever_cancels_at_the_provider_reads_so_and_can_try_again(self, tab, login):
        leave_for(tab, to="account/sessions?a=b#there")
        tab.get_by_role("button", name="Cancel").click()
        expect_refused(tab, CANCELLED)
        assert_accessible(tab)
        tab.get_by_role("link", name="Try again").click()
        ready(tab)
        tab.get_by_role("button", name="Continue with Acme").click()
        answer(tab, login)
        expect(tab).to_have_url(re.compile(r"/account/sessions/?\?a=b#there$"))
        expect(tab.get_by_text("This device", exact=True)).to_be_visible()


class TestAttacks:
    def test_a_ticket_is_refused_in_another_browser_and_stays_good_in_its_own(self, tab, elsewhere, server, login):
        elsewhere.goto(ticket_address(tab, login))
        expect_refused(elsewhere, ENDED)
        assert user_of(server, login) is None
        tab.reload()
        expect_logged_in(tab)

    def test_whoever_opens_the_callback_address_of_somebody_else_stays_logged_out(self, tab, server, login):
        with httpx.Client(base_url=server.url) as attacker:
            tab.goto(attackers_callback(attacker, login))
        expect_refused(tab, ENDED)
        assert user_of(server, login) is None

    def test_whoever_opens_a_ticket_of_somebody_else_stays_logged_out(self, tab, server, login):
        with httpx.Client(base_url=server.url) as attacker:
            tab.goto(attacker.get(attackers_callback(attacker, login)).headers["Location"])
        expect_refused(tab, ENDED)
        assert user_of(server, login) is None

    def test_whoever_is_logged_in_stays_so_when_they_open_a_ticket_of_somebody_else(self, tab, server, login, person):
        sign_in(tab, person)
        with httpx.Client(base_url=server.url) as attacker:
            tab.goto(attacker.get(attackers_callback(attacker, login)).headers["Location"])
        expect(tab.get_by_role("alert").filter(has_text=ENDED)).to_be_visible()
        tab.get_by_role("link", name="Try again").click()
        expect(tab.get_by_text(f"You are logged in as {person}")).to_be_visible()
        tab.goto("account")
        expect(tab.get_by_label("Display name")).to_have_value(person)
        assert user_of(server, login) is None


def attackers_callback(attacker, login):
    """The callback address of a login that the attacker has begun, without a browser, for their own account."""
    begun = attacker.post("/api/auth/providers/acme/begin", json={}).json()["url"]
    return log_in_at(attacker.get(begun).headers["Location"], login)


class TestAProviderThatDoesNotAnswer:
    def test_whoever_waits_reads_a_sentence_in_time_and_everybody_else_notices_nothing(
        self, browser, tab, elsewhere, server, running, login, person
    ):
        """One waits for the addresses of a provider, another for what a code is worth."""
        log_in(tab, login, "Initech")  # so its addresses are known
        with (
            socket.create_server(("127.0.0.1", server.provider_ports[SILENT])),
            new_page(browser, server) as waiting,
            new_page(browser, server) as third,
        ):
            leave_for(waiting, "Initech")
            waiting.get_by_label("Login").fill(login)
            at_login(elsewhere)
            running["initech"].pause(LONG)
            began = time.monotonic()
            waiting.get_by_role("button", name="Continue", exact=True).click(no_wait_after=True)
            elsewhere.get_by_role("button", name="Continue with Soylent").click(no_wait_after=True)
            sign_in(third, person)
            for name, page in itertools.product(("Sessions", "Activity", "Profile"), (tab, third)):
                page.get_by_role("link", name=name).click()
                expect(page.get_by_role("link", name=name)).to_have_attribute("aria-current", "page")
            expect(tab.get_by_label("Display name")).to_be_visible()
            assert time.monotonic() - began < A_REQUEST - 1
            for each in (waiting, elsewhere):
                expect_refused(each, NO_ANSWER)
            assert time.monotonic() - began < A_REQUEST + 3
            running["initech"].pause(0)

    @pytest.mark.thorough
    def test_one_that_is_down_is_named_at_once_and_lets_people_in_when_it_is_back(self, tab, server, login):
        began = time.monotonic()
        leave_for(tab, "Hooli")
        expect_refused(tab, NO_ANSWER)
        assert time.monotonic() - began < A_REQUEST
        with issuers(configs(server, DOWN)) as them:
            them[DOWN].account(login, **claims_of(login))
            server.move_clock(11)
            tab.get_by_role("link", name="Try again").click()
            ready(tab)
            tab.get_by_role("button", name="Continue with Hooli").click()
            answer(tab, login)
            expect_logged_in(tab)


@contextlib.contextmanager
def new_page(browser, server):
    """A page of a browser of its own."""
    with contextlib.closing(browser.new_context(base_url=server.pages_url)) as context:
        yield context.new_page()


class TestOfTheLoginPage:
    def test_the_buttons_are_accessible(self, tab):
        at_login(tab)
        assert_accessible(tab)
