"""A visit begins when the person comes to a page, and a click may come before the page has loaded."""

import pytest

from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.auth_state.visits import is_new_visit, visit_of
from tests.web.test_events import in_a_loop, page, parts, run, signed_in  # noqa: F401  fixtures


class Visitor:
    """Somebody who goes from page to page."""

    def __init__(self, page):  # noqa: F811
        self._page = page

    def go_to(self, path):
        self._page._update_router_vars({"asPath": path}, self._page.router_data)

    def load(self):
        run(self._page, "enter", of=AuthState)

    def open_dialog(self):
        """Returns the visit in which it is opened."""
        return in_a_loop(visit_of(parts(self._page)[1]))

    def still_shows(self, opened_in):
        return opened_in == self.open_dialog()

    def is_new(self):
        return in_a_loop(is_new_visit(parts(self._page)[1]))


@pytest.fixture
def visitor(signed_in):  # noqa: F811
    visitor = Visitor(signed_in)
    visitor.go_to("/account/sessions")
    visitor.load()
    visitor.go_to("/account/security")
    return visitor


def test_a_dialog_opened_before_the_page_has_loaded_stays_open(visitor):
    opened_in = visitor.open_dialog()
    visitor.load()
    assert visitor.is_new()
    assert visitor.still_shows(opened_in)


def test_a_dialog_stays_open_when_the_page_is_loaded_again(visitor):
    visitor.load()
    opened_in = visitor.open_dialog()
    visitor.load()
    assert not visitor.is_new()
    assert visitor.still_shows(opened_in)


def test_a_dialog_is_closed_by_leaving_even_if_the_person_comes_back_at_once(visitor):
    visitor.load()
    opened_in = visitor.open_dialog()
    for path in ("/account/sessions", "/account/security"):
        visitor.go_to(path)
        visitor.load()
    assert not visitor.still_shows(opened_in)
