"""The pictures that stand still."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, BrowserContext, Page, expect

from pictures.app import ADMIN, CHROME, NEEDS_A_FACTOR, PASSWORD, PERSON, PicturesServer
from tests.e2e.conftest import sign_in
from tests.e2e.database import open_service
from tests.one_time_codes import enrol


class Still(NamedTuple):
    """`show` brings a page to where the picture is taken. Without a height the whole page is in it."""

    show: Callable[[Page, PicturesServer], None]
    width: int
    height: int = 0
    is_dark: bool = False


def _login(tab: Page, _: PicturesServer) -> None:
    tab.goto("login")
    tab.get_by_label("Username").fill(PERSON)
    tab.get_by_label("Password").fill(PASSWORD)
    expect(tab.get_by_role("button", name="Log in")).to_be_enabled()


def _customers(tab: Page, _: PicturesServer) -> None:
    sign_in(tab, PERSON, to="/customers")
    expect(tab.get_by_text("Jane Doe")).to_be_visible()


def _sessions(tab: Page, _: PicturesServer) -> None:
    sign_in(tab, PERSON, to="/account/sessions")
    expect(tab.get_by_text("This device", exact=True)).to_be_visible()


def _users(tab: Page, _: PicturesServer) -> None:
    sign_in(tab, ADMIN, to="/admin/users")
    expect(tab.get_by_text("Carla Conti")).to_be_visible()


def _user(tab: Page, server: PicturesServer) -> None:
    _users(tab, server)
    tab.get_by_role("link", name="Carla Conti").first.click()
    expect(tab.get_by_role("heading", name="Roles")).to_be_visible()
    expect(tab.get_by_role("checkbox", name="Auditor")).to_be_checked()


def _overview(tab: Page, _: PicturesServer) -> None:
    sign_in(tab, ADMIN, to="/admin")
    expect(tab.get_by_role("slider", name="Logins", exact=True)).to_be_visible()


def _security(tab: Page, server: PicturesServer) -> None:
    sign_in(tab, ADMIN, to="/account/security")
    with open_service(server) as service:
        enrol(service, service.verify_access(service.log_in(ADMIN, PASSWORD).access_token), server.now)
    tab.reload()
    expect(tab.get_by_text("10 recovery codes are left.")).to_be_visible()


def _enrolment(tab: Page, _: PicturesServer) -> None:
    tab.goto("account")
    tab.get_by_label("Username").fill(NEEDS_A_FACTOR)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_role("img", name="QR code")).to_be_visible()


STILLS = {
    "login": Still(_login, 960, 600),
    "customers-dark": Still(_customers, 960, 600, is_dark=True),
    "sessions": Still(_sessions, 1000, 640),
    "users": Still(_users, 1000, 640),
    "user": Still(_user, 1000, 640),
    "overview": Still(_overview, 1080, 860),
    "enrolment": Still(_enrolment, 390),
    "security": Still(_security, 1280),
}


def take_stills(browser: Browser, server: PicturesServer, folder: Path) -> None:
    """All of `STILLS`, as PNG files of these names."""
    for name, still in STILLS.items():
        with _context(browser, server, still) as context:
            tab = context.new_page()
            still.show(tab, server)
            tab.wait_for_load_state("networkidle")
            tab.screenshot(path=folder / f"{name}.png", full_page=not still.height, animations="disabled", caret="hide")


def _context(browser: Browser, server: PicturesServer, still: Still) -> BrowserContext:
    return browser.new_context(
        base_url=server.pages_url,
        user_agent=CHROME,
        viewport={"width": still.width, "height": still.height or 800},
        color_scheme="dark" if still.is_dark else "light",
    )
