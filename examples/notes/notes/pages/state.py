"""The state of the notes page. Each handler is guarded, and uses the notebook of its caller."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypedDict
from uuid import UUID

import reflex as rx

from notes.notebook import Note, Notebook
from notes.profile import city_of
from rxapp.auth import InputRefused, NotFound
from rxapp.auth import web as auth


class Row(TypedDict):
    """A note in the list."""

    id: str
    title: str
    text: str


class NewNote(TypedDict):
    """The fields of the form for a new note."""

    title: str
    text: str


class EditedNote(TypedDict):
    """The fields of a note that is being edited."""

    id: str
    title: str
    text: str


class NotesState(rx.State):
    """The notes found, and the id of the note that is being edited. All of it is cleared when the person logs out."""

    notes: list[Row] = []
    is_loaded: bool = False
    words: str = ""
    city: str = ""
    editing: str = ""
    done: str = ""
    error: str = ""

    @auth.event
    async def load(self) -> None:
        """On load. Private data must come from a handler like this. The page itself is one file, the same for everybody."""
        self.done = self.error = ""
        self.city = await auth.in_thread(city_of, auth.get_service().database, auth.current_user(self).user_id)
        await self._show()

    @auth.event(debounce=200)
    async def search(self, words: str) -> None:
        """Show the notes with these words."""
        self.words = words
        await self._show()

    @auth.event
    async def add(self, form: NewNote) -> None:
        """Add a note."""
        with self._saying("Added."):
            await auth.in_thread(self._notebook().add, *_written(form))
        await self._show()

    @auth.event
    async def start_editing(self, note_id: str) -> None:
        """Turn a note into a form."""
        self.editing = note_id

    @auth.event
    async def save(self, form: EditedNote) -> None:
        """Save the edited note."""
        with self._saying("Saved."):
            await auth.in_thread(self._notebook().edit, _id(auth.text_in(form, "id")), *_written(form))
            self.editing = ""
        await self._show()

    @auth.event
    async def delete(self, note_id: str) -> None:
        """Remove a note for good."""
        with self._saying("Deleted."):
            await auth.in_thread(self._notebook().delete, _id(note_id))
            self.editing = ""
        await self._show()

    @auth.event
    async def cancel(self) -> None:
        """Stop editing. The note does not change."""
        self.editing = ""

    def _notebook(self) -> Notebook:
        return Notebook(auth.get_service().database, auth.current_user(self).user_id)

    async def _show(self) -> None:
        self.notes = [_row(note) for note in await auth.in_thread(self._notebook().search, self.words)]
        self.is_loaded = True

    @contextmanager
    def _saying(self, done: str) -> Iterator[None]:
        """Say that it was done, or why it was not."""
        self.done = self.error = ""
        try:
            yield
        except (InputRefused, NotFound) as refusal:
            self.error = auth.in_words(refusal)
        else:
            self.done = done


def _written(form: NewNote | EditedNote) -> tuple[str, str]:
    """Title and text. An event sent by hand may hold anything, or nothing."""
    return auth.text_in(form, "title"), auth.text_in(form, "text")


def _id(text: str) -> UUID:
    """The id, or `NotFound` if the text is not an id."""
    try:
        return UUID(str(text))
    except ValueError:
        raise NotFound from None


def _row(note: Note) -> Row:
    return Row(id=str(note.id), title=note.title, text=note.text)
