"""The event handlers, called as a browser may call them: in any order, with any id, and by anybody."""

import asyncio
from uuid import uuid4

import pytest
from notes.pages.state import NotesState
from reflex.state import State

from rxapp.auth import web as auth

PASSWORD = "correct horse battery staple"


class Page:
    """An open page, and what its browser does."""

    def __init__(self) -> None:
        self._root = State(_reflex_internal_init=True)

    def state(self, of: type) -> State:
        return asyncio.run(self._root.get_state(of))

    def send(self, handler: str, *arguments) -> None:
        """What a click sends."""

        async def run() -> None:
            async for _ in NotesState.event_handlers[handler].fn(await self._root.get_state(NotesState), *arguments):
                pass

        asyncio.run(run())

    @property
    def titles(self) -> list[str]:
        return [note["title"] for note in self.state(NotesState).notes]


@pytest.fixture
def page_of(service):
    """A page whose browser holds the tokens of the user; without one, of nobody."""

    def page_of(user=None) -> Page:
        page = Page()
        if user is not None:
            pair = service.log_in(user.user_name, PASSWORD)
            held = page.state(auth.AuthState)
            held.jwt, held.refresh_token = pair.access_token, pair.refresh_token
        return page

    return page_of


def test_one_adds_searches_edits_and_deletes(page_of, anna, annas):
    page = page_of(anna)
    page.send("add", {"title": "Shopping", "text": "Milk"})
    page.send("add", {"title": "Ideas", "text": ""})
    assert page.titles == ["Ideas", "Shopping"]
    page.send("search", "milk")
    assert page.titles == ["Shopping"]
    note_id = page.state(NotesState).notes[0]["id"]
    page.send("start_editing", note_id)
    page.send("save", {"id": note_id, "title": "Shopping", "text": "Milk, bread"})
    assert annas.search("bread")
    assert page.state(NotesState).editing == ""
    page.send("delete", note_id)
    assert page.titles == []


def test_what_is_refused_is_said_and_the_form_stays(page_of, anna, annas):
    note = annas.add("Shopping", "")
    page = page_of(anna)
    page.send("start_editing", str(note.id))
    page.send("save", {"id": str(note.id), "title": " ", "text": ""})
    assert page.state(NotesState).error == "Please give the note a title."
    assert page.state(NotesState).editing == str(note.id)


@pytest.mark.parametrize("form", [{}, {"title": None}, {"title": ["x"]}], ids=["empty", "nothing", "list"])
def test_a_form_that_no_page_sends_writes_nothing(page_of, anna, annas, form):
    page_of(anna).send("add", form)
    assert annas.search() == []


@pytest.mark.parametrize("note_id", ["", "x", None, str(uuid4())], ids=["empty", "nonsense", "none", "unknown"])
def test_an_id_that_is_none_is_answered_in_words(page_of, anna, note_id):
    page = page_of(anna)
    page.send("delete", note_id)
    assert "does not exist" in page.state(NotesState).error


def test_somebody_elses_note_is_out_of_reach(page_of, anna, bobs):
    note = bobs.add("Secret", "of Bob's")
    page = page_of(anna)
    for handler, argument in (("save", {"id": str(note.id), "title": "Mine", "text": ""}), ("delete", str(note.id))):
        page.send(handler, argument)
        assert "does not exist" in page.state(NotesState).error
    page.send("load")
    assert page.titles == []
    assert bobs.get(note.id).title == "Secret"


@pytest.mark.parametrize(
    ("handler", "argument"),
    [("load", None), ("search", "x"), ("add", {"title": "x", "text": ""}), ("delete", str(uuid4()))],
    ids=["load", "search", "add", "delete"],
)
def test_nobody_is_sent_to_login_and_nothing_runs(page_of, handler, argument):
    page = page_of()
    page.send(handler, *([] if argument is None else [argument]))
    assert page.state(auth.AuthState).status == auth.OUT
    assert not page.state(NotesState).is_loaded
