"""How many closed pages are kept: some of each person and some of nobody, however many are closed."""

from uuid import uuid4

from rxapp.auth.web.auth_state import closed_pages
from rxapp.auth.web.auth_state.closed_pages import KEPT_OF_A_PERSON, KEPT_OF_NOBODY, _ClosedPages


def test_of_each_person_the_pages_closed_last_are_kept():
    pages, one, other = _ClosedPages(), uuid4(), uuid4()
    surplus = [each for number in range(KEPT_OF_A_PERSON + 3) for each in pages.add(f"page {number}", one)]
    assert surplus == ["page 0", "page 1", "page 2"]
    assert pages.add("a page of another", other) == []


def test_of_nobody_more_are_kept():
    pages = _ClosedPages()
    surplus = [each for number in range(KEPT_OF_NOBODY + 1) for each in pages.add(f"page {number}", None)]
    assert surplus == ["page 0"]


def test_a_page_that_is_open_again_does_not_count():
    pages, one = _ClosedPages(), uuid4()
    for number in range(KEPT_OF_A_PERSON):
        pages.add(f"page {number}", one)
    pages.discard("page 0")
    assert pages.add("one more", one) == []


def test_a_page_that_has_changed_its_person_counts_for_the_last_one():
    pages, one, other = _ClosedPages(), uuid4(), uuid4()
    pages.add("page", one)
    pages.add("page", other)
    pages.discard("page")
    assert (pages._of, pages._owners) == ({}, {})


def test_of_how_many_people_it_is_known_is_bounded_too(monkeypatch):
    monkeypatch.setattr(closed_pages, "OWNERS", 3)
    pages = _ClosedPages()
    for number in range(9):
        pages.add(f"page {number}", uuid4())
    assert (len(pages._of), len(pages._owners)) == (3, 3)
