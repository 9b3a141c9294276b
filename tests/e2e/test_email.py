"""E-mail in the browser: forgotten passwords, codes, links that scanners open, one's own address, and the administrators' list.

The app is below a path, and sends to nobody: the mailbox of development has the messages.
"""

import re

import httpx
import pytest
from playwright.sync_api import expect

from rxapp.auth.features.email.rules import addresses, outbox
from tests.e2e.accessibility import assert_accessible
from tests.e2e.conftest import KEEPS_SOCKETS, PASSWORD, expect_to_leave, lose_connection, sign_in
from tests.e2e.database import open_service
from tests.mailbox import newest

NEW = "plumb orbit cadet vixen"


@pytest.fixture(scope="module")
def server(neighbours_server):
    return neighbours_server


@pytest.fixture
def address(server, person):
    """The person's confirmed address."""
    address = f"{person}@example.com"
    with open_service(server) as service, service.database.transaction() as db:
        user = service.administration.find_user(person)
        addresses.put(db, user.id, addresses.mailbox_in(address), service.clock())
    return address


def sent_to(server, address, kind):
    with open_service(server) as service:
        return newest(service, address, kind)


def ask(tab, page, who):
    tab.goto(page)
    tab.get_by_label("Username or e-mail address").fill(who)
    tab.get_by_role("button", name="Send").click()
    expect(tab.get_by_role("heading", name="Look into your mailbox")).to_be_visible()


def give_code(tab, code, button="Go on"):
    tab.get_by_label("Code", exact=True).fill(code)
    tab.get_by_role("button", name=button, exact=True).click()


def choose_password(tab):
    tab.get_by_label("New password", exact=True).fill(NEW)
    tab.get_by_label("Repeat new password").fill(NEW)
    tab.get_by_role("button", name="Log in with it").click()


def password_of(server, person):
    with open_service(server) as service:
        return service.administration.find_user(person).password_hash


def test_from_forgot_password_by_the_mailbox_to_signed_in_on_a_phone(tab, other_profile, server, person, address):
    tab.set_viewport_size({"width": 360, "height": 740})
    tab.goto("account")
    tab.get_by_role("link", name="Forgot your password?").click()
    expect(tab.get_by_label("Username or e-mail address")).to_be_focused()
    assert_accessible(tab)
    tab.set_viewport_size({"width": 360, "height": 740})
    tab.get_by_label("Username or e-mail address").fill(address.upper())
    tab.keyboard.press("Enter")
    expect(tab.get_by_label("Code", exact=True)).to_be_focused()
    assert_accessible(tab)
    mailbox = other_profile.new_page()
    mailbox.goto("dev/mailbox")
    letter = mailbox.get_by_role("article").filter(has_text=address).first
    expect(letter).to_be_visible()
    assert_accessible(mailbox)
    code = re.search(r"\b\d{6}\b", letter.locator("pre").inner_text())[0]
    tab.keyboard.type("000000")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("The code is wrong")).to_be_visible()
    tab.get_by_label("Code", exact=True).fill(code)
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("Your other sessions end when you choose it.")).to_be_visible()
    assert_accessible(tab)
    choose_password(tab)
    expect(tab).to_have_url(re.compile(r"/next-door/account/?$"))  # where one wanted to go
    expect(tab.get_by_text(f"Messages about your account go to {address}.")).to_be_visible()


def test_for_nobody_all_looks_the_same(tab):
    ask(tab, "forgot-password", "nobody@example.com")
    give_code(tab, "123456")
    expect(tab.get_by_text("The code is wrong")).to_be_visible()
    ended = tab.get_by_text("used already, or is too old")
    while not ended.is_visible():
        expect(ended.or_(tab.get_by_role("button", name="Go on", disabled=False)).first).to_be_visible()
        if not ended.is_visible():
            give_code(tab, "123456")
        tab.wait_for_timeout(300)  # for the answer: until then another click would not count
    expect(tab.get_by_label("Username or e-mail address")).to_be_visible()
    assert_accessible(tab)


def test_a_scanner_that_opens_the_link_and_one_that_runs_its_scripts_use_nothing_up(tab, other_profile, server, person, address):
    ask(tab, "forgot-password", person)
    link = f"{server.pages_url}mail-link#{sent_to(server, address, 'reset').link}"
    before = password_of(server, person)
    for method in ("GET", "HEAD"):
        assert httpx.request(method, link).status_code == 200
    scanner = other_profile.new_page()
    for _ in range(2):
        scanner.goto(link)
        expect(scanner.get_by_role("button", name="Choose a new password")).to_be_visible()
        scanner.reload()
    scanner.wait_for_load_state("networkidle")
    assert password_of(server, person) == before
    tab.goto(link)
    expect(tab.get_by_text(person)).to_be_visible()
    assert_accessible(tab)
    tab.get_by_role("button", name="Choose a new password").click()
    choose_password(tab)
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()
    scanner.get_by_role("button", name="Choose a new password").click()
    expect(scanner.get_by_text("This link was used already, or is too old.")).to_be_visible()
    assert_accessible(scanner)


def test_all_open_pages_of_the_account_leave_when_a_new_password_was_chosen(tab, other_profile, server, person, address):
    sign_in(tab, person)
    other = other_profile.new_page()
    ask(other, "forgot-password", person)
    give_code(other, sent_to(server, address, "reset").code)
    choose_password(other)
    expect_to_leave("password_changed", tab)


def test_one_logs_in_with_a_code(tab, server, person, address):
    tab.goto("login")
    tab.get_by_role("link", name="Get a code by e-mail").click()
    tab.get_by_label("Username or e-mail address").fill(person)
    tab.get_by_role("button", name="Send").click()
    expect(tab.get_by_label("Code", exact=True)).to_be_focused()
    code = sent_to(server, address, "login").code
    give_code(tab, f"{code[:3]} {code[3:]}")
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()


def test_the_form_stays_while_the_phone_was_away(tab, server, person, address):
    """It loses its connection while its person reads the mail."""
    tab.add_init_script(KEEPS_SOCKETS)
    ask(tab, "email-login", person)
    lose_connection(tab)
    give_code(tab, sent_to(server, address, "login").code)
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()


def test_the_link_logs_in_where_it_was_asked_for_and_shows_the_code_elsewhere(tab, other_profile, server, person, address):
    ask(tab, "email-login", person)
    link = f"mail-link#{sent_to(server, address, 'login').link}"
    phone = other_profile.new_page()
    phone.goto(link)
    expect(phone.get_by_text("in another browser")).to_be_visible()
    expect(phone.get_by_text("Chrome on Linux, network address")).to_be_visible()
    assert_accessible(phone)
    phone.get_by_role("button", name="That is me: show the code").click()
    expect(phone.get_by_text(sent_to(server, address, "login").code)).to_be_visible()
    assert_accessible(phone)
    assert phone.evaluate("!localStorage.jwt")
    tab.goto(link)
    tab.get_by_role("button", name="Log in", exact=True).click()
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()


def test_who_did_not_ask_ends_the_code(tab, other_profile, server, person, address):
    ask(tab, "email-login", person)
    sent = sent_to(server, address, "login")
    phone = other_profile.new_page()
    phone.goto(f"mail-link#{sent.link}")
    phone.get_by_role("button", name="That is not me").click()
    expect(phone.get_by_text("That log-in is not possible any more.")).to_be_visible()
    give_code(tab, sent.code)
    expect(tab.get_by_role("alert").filter(has_text=re.compile("used already|wrong"))).to_be_visible()


def test_a_new_address_is_confirmed_by_code_and_the_old_one_takes_it_back(tab, other_profile, server, person, address):
    sign_in(tab, person)
    section = tab.get_by_role("region", name="E-mail address")
    expect(section.get_by_text(address)).to_be_visible()
    assert_accessible(tab)
    section.get_by_label("New e-mail address").fill("not an address")
    expect(section.get_by_role("button", name="Send")).to_be_disabled()
    section.get_by_label("New e-mail address").fill(f"new-{address}")
    section.get_by_role("button", name="Send").click()
    expect(section.get_by_label("Code", exact=True)).to_be_focused()
    assert_accessible(tab)
    give_code(section, "000000", "Confirm")
    expect(section.get_by_text("The code is wrong")).to_be_visible()
    give_code(section, sent_to(server, f"new-{address}", "confirm").code, "Confirm")
    expect(tab.get_by_text(f"Messages about your account go to new-{address}.")).to_be_visible()
    owner = other_profile.new_page()
    owner.goto(f"mail-link#{sent_to(server, address, 'address_changed').link}")
    expect(owner.get_by_text(f"so that it is {address} again?")).to_be_visible()
    assert_accessible(owner)
    owner.get_by_role("button", name="Take the change back").click()
    expect(owner.get_by_text("It is taken back.")).to_be_visible()
    expect_to_leave("disowned", tab)
    owner.goto(f"mail-link#{sent_to(server, address, 'reset').link}")
    owner.get_by_role("button", name="Choose a new password").click()
    choose_password(owner)
    expect(owner.get_by_role("button", name="Log out")).to_be_visible()


def test_a_link_confirms_an_address_only_for_the_account_that_is_logged_in(tab, other_profile, server, person, other_person):
    sign_in(tab, person)
    tab.get_by_label("New e-mail address").fill(f"{person}@example.com")
    tab.get_by_role("region", name="E-mail address").get_by_role("button", name="Send").click()
    expect(tab.get_by_label("Code", exact=True)).to_be_visible()
    link = f"mail-link#{sent_to(server, f'{person}@example.com', 'confirm').link}"
    stranger = other_profile.new_page()
    stranger.goto(link)
    expect(stranger.get_by_text("that you are not logged in to here")).to_be_visible()
    expect(stranger.get_by_text(person)).to_have_count(0)
    assert_accessible(stranger)
    sign_in(stranger, other_person)
    stranger.goto(link)
    expect(stranger.get_by_text("that you are not logged in to here")).to_be_visible()
    again = tab.context.new_page()
    again.goto(link)
    again.get_by_role("button", name="Confirm the address").click()
    expect(again.get_by_text("The address is confirmed.")).to_be_visible()
    tab.reload()
    expect(tab.get_by_text(f"Messages about your account go to {person}@example.com.")).to_be_visible()


def test_this_was_not_me_ends_the_sessions_of_whoever_it_was(tab, other_profile, server, person, address):
    sign_in(tab, person)
    thief = other_profile.new_page()
    sign_in(thief, person)
    owner = tab.context.browser.new_context(base_url=server.pages_url).new_page()
    owner.goto(f"mail-link#{sent_to(server, address, 'new_device').link}")
    assert_accessible(owner)
    owner.get_by_role("button", name="This was not me").click()
    expect(owner.get_by_text("All sessions have ended")).to_be_visible()
    expect_to_leave("disowned", thief, tab)
    owner.context.close()


@pytest.mark.thorough
def test_where_an_address_is_needed_the_login_asks_for_it(tab, server, person):
    name = person.replace("person", "addressed")
    with open_service(server) as service:
        service.create_user(name, PASSWORD)
    tab.goto("account")
    tab.get_by_label("Username").fill(name)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_text("Your account needs an e-mail address.")).to_be_visible()
    assert_accessible(tab)
    tab.get_by_label("E-mail address").fill(f"{name}@example.com")
    tab.get_by_role("button", name="Send").click()
    expect(tab.get_by_label("Code", exact=True)).to_be_focused()
    assert_accessible(tab)
    give_code(tab, "000000", "Confirm")
    expect(tab.get_by_text("The code is wrong")).to_be_visible()
    give_code(tab, sent_to(server, f"{name}@example.com", "confirm").code, "Confirm")
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()


@pytest.mark.thorough
def test_a_mailed_code_confirms_who_one_is_and_the_action_goes_on(tab, server, person, address):
    sign_in(tab, person)
    server.move_clock(11 * 60)
    tab.get_by_label("New e-mail address").fill(f"new-{address}")
    tab.get_by_role("region", name="E-mail address").get_by_role("button", name="Send").click()
    dialog = tab.get_by_role("dialog", name="Confirm that it is you")
    dialog.get_by_role("button", name="Send me a code by e-mail").click()
    expect(dialog.get_by_label("Code", exact=True)).to_be_focused()
    assert_accessible(tab)
    give_code(dialog, sent_to(server, address, "step_up").code, "Confirm with the code")
    expect(tab.get_by_text(f"A message with a code is on its way to new-{address}.")).to_be_visible()


def invitation_to(service, recipient):
    found = outbox.newest(service.database, limit=50)
    return next(each for each in found if (each.recipient, each.kind) == (recipient, "invite"))


@pytest.mark.thorough
def test_administrators_invite_by_address_and_try_again_what_could_not_be_sent(tab, other_profile, server, administrator):
    name = administrator.replace("admin", "guest")
    sign_in(tab, administrator)
    tab.goto("admin/users")
    tab.get_by_role("button", name="New user").click()
    tab.get_by_label("Username").fill(name)
    tab.get_by_label("E-mail address").fill(f"{name}@example.com")
    assert_accessible(tab)
    tab.get_by_role("button", name="Create").click()
    expect(tab.get_by_text(f"a link is on its way to {name}@example.com")).to_be_visible()
    guest = other_profile.new_page()
    guest.goto(f"mail-link#{sent_to(server, f'{name}@example.com', 'invite').link}")
    guest.get_by_role("button", name="Choose a password").click()
    choose_password(guest)
    expect(guest.get_by_role("button", name="Log out")).to_be_visible()
    with open_service(server) as service:
        while (
            stored := invitation_to(service, f"{name}@example.com")
        ).next_try_at:  # or it is given up: its link was used before
            tab.wait_for_timeout(50)
        failed = {"sent_at": None, "given_up_at": service.clock(), "last_error": "550 no"}
        with service.database.transaction() as db:
            db.execute(outbox.mail.update().where(outbox.mail.c.id == stored.id).values(failed))
    tab.goto("admin/mail")
    row = tab.get_by_role("row").filter(has_text=f"{name}@example.com").filter(has_text="Given up")
    expect(row.get_by_text("550 no")).to_be_visible()
    assert_accessible(tab)
    row.get_by_role("button", name="Try again").click()
    expect(tab.get_by_text("It will be tried again.")).to_be_visible()
