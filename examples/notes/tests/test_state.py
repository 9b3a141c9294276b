"""The event handlers, called as a browser can call them: in any order, with any id, and by anybody."""

from uuid import uuid4

import pytest
from notes.pages.state import NotesState

from rxapp.auth import web as auth
from rxapp.auth.web import testing


@pytest.fixture
def page(service, anna) -> testing.Page:
    """An open page of Anna's."""
    return testing.signed_in_as(anna.user_name)


def titles(page: testing.Page) -> list[str]:
    return [note["title"] for note in page.state(NotesState).notes]


def test_one_adds_searches_edits_and_deletes(page, annas):
    page.call(NotesState.add, {"title": "Shopping", "text": "Milk"})
    page.call(NotesState.add, {"title": "Ideas", "text": ""})
    assert titles(page) == ["Ideas", "Shopping"]
    page.call(NotesState.search, "milk")
    assert titles(page) == ["Shopping"]
    note_id = page.state(NotesState).notes[0]["id"]
    page.call(NotesState.start_editing, note_id)
    page.call(NotesState.save, {"id": note_id, "title": "Shopping", "text": "Milk, bread"})
    assert annas.search("bread")
    assert page.state(NotesState).editing == ""
    page.call(NotesState.delete, note_id)
    assert titles(page) == []


def test_what_is_refused_is_said_and_the_form_stays(page, annas):
    note = annas.add("Shopping", "")
    page.call(NotesState.start_editing, str(note.id))
    page.call(NotesState.save, {"id": str(note.id), "title": " ", "text": ""})
    assert page.state(NotesState).error == "Please give the note a title."
    assert page.state(NotesState).editing == str(note.id)


@pytest.mark.parametrize("form", [{}, {"title": None}, {"title": ["x"]}], ids=["empty", "nothing", "list"])
def test_a_form_that_no_page_sends_writes_nothing(page, annas, form):
    page.call(NotesState.add, form)
    assert annas.search() == []


@pytest.mark.parametrize("note_id", ["", "x", None, str(uuid4())], ids=["empty", "nonsense", "none", "unknown"])
def test_an_id_that_is_none_is_answered_in_words(page, note_id):
    page.call(NotesState.delete, note_id)
    assert "does not exist" in page.state(NotesState).error


def test_somebody_elses_note_is_out_of_reach(page, bobs):
    note = bobs.add("Secret", "of Bob's")
    edited = {"id": str(note.id), "title": "Mine", "text": ""}
    for handler, argument in ((NotesState.save, edited), (NotesState.delete, str(note.id))):
        page.call(handler, argument)
        assert "does not exist" in page.state(NotesState).error
    page.call(NotesState.load)
    assert titles(page) == []
    assert bobs.get(note.id).title == "Secret"


@pytest.mark.parametrize(
    ("handler", "arguments"),
    [("load", []), ("search", ["x"]), ("add", [{"title": "x", "text": ""}]), ("delete", [str(uuid4())])],
    ids=["load", "search", "add", "delete"],
)
def test_nobody_is_sent_to_login_and_nothing_runs(service, handler, arguments):
    page = testing.nobody()
    (redirect,) = page.call(getattr(NotesState, handler), *arguments)
    assert "/login" in str(redirect.args)
    assert page.state(auth.AuthState).status == auth.OUT
    assert not page.state(NotesState).is_loaded
