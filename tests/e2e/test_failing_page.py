"""A page that cannot be drawn: the person is told in words, and whoever runs the app in the log."""

import contextlib
import re
from collections.abc import Iterator

import sqlalchemy as sa
from playwright.sync_api import expect

from tests.e2e.conftest import PASSWORD, sign_in

BROKEN = "Intl.RelativeTimeFormat = function () { throw new Error('made to fail') }"
"""Then no page that tells how long ago something was can be drawn."""


@contextlib.contextmanager
def broken_audit_log(server) -> Iterator[None]:
    """Meanwhile no event can be recorded, for a reason that is no outage."""
    engine = sa.create_engine(server.database_url)
    if engine.dialect.name == "sqlite":
        breaking = "CREATE TRIGGER broken BEFORE INSERT ON auth_security_event BEGIN SELECT RAISE(ABORT, 'made to fail'); END"
        mending = "DROP TRIGGER broken"
    else:
        breaking, mending = (
            "ALTER TABLE auth_security_event RENAME TO made_to_fail",
            "ALTER TABLE made_to_fail RENAME TO auth_security_event",
        )
    with engine.begin() as db:
        db.execute(sa.text(breaking))
    yield
    with engine.begin() as db:
        db.execute(sa.text(mending))
    engine.dispose()


def test_it_says_so_without_a_stack_and_can_be_loaded_again(tab, person, server):
    sign_in(tab, person)
    tab.evaluate(f"() => {{ {BROKEN} }}")
    tab.get_by_role("link", name="Sessions").click()
    expect(tab.get_by_role("heading", name="This page could not be shown")).to_be_visible()
    assert "made to fail" not in tab.locator("body").inner_text()
    tab.get_by_role("button", name="Load it again").click()
    expect(tab.get_by_text("This device", exact=True)).to_be_visible()
    log = server.log.read_text()
    assert "A page reports an error in the browser." in log
    assert "made to fail" not in log, "what a browser says may be what anybody wanted it to say"


def test_a_form_whose_handler_fails_says_so_with_the_number_in_the_log_and_can_be_used_again(tab, person, server):
    tab.goto("login")
    tab.get_by_label("Username").fill(person)
    tab.get_by_label("Password").fill(PASSWORD)
    with broken_audit_log(server):
        tab.get_by_role("button", name="Log in").click()
        notice = tab.get_by_role("alert").filter(has_text="Something went wrong on our side.")
        expect(notice).to_be_visible()
    said = notice.inner_text()
    assert "made to fail" not in tab.locator("body").inner_text()
    (number,) = re.findall("[0-9a-f]{16}", said)
    assert re.search(f"an event handler failed request_id={number}", server.log.read_text())
    tab.get_by_role("button", name="Close").click()
    expect(notice).not_to_be_visible()
    expect(tab.get_by_label("Username")).to_have_value(person)
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()
