"""The notes over HTTP. Each route uses only the caller's own notebook."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from notes.notebook import Note, Notebook
from rxapp.auth import Identity
from rxapp.auth import web as auth

router = APIRouter(prefix="/api/notes", responses=auth.REFUSALS)


def _notebook_of(caller: Annotated[Identity, auth.require()]) -> Notebook:
    return Notebook(auth.get_service().database, caller.user_id)


OwnNotebook = Annotated[Notebook, Depends(_notebook_of)]


class NoteText(BaseModel):
    """The body of a request that adds or edits a note."""

    title: str
    text: str = ""


class NoteRecord(NoteText):
    """A note with its id, which is part of its URL."""

    id: UUID


@router.get("", response_model=list[NoteRecord])
def search_notes(notebook: OwnNotebook, words: str = "") -> list[Note]:
    """The notes with these words, or the last edited notes."""
    return notebook.search(words)


@router.post("", response_model=NoteRecord, status_code=HTTPStatus.CREATED)
def add_note(notebook: OwnNotebook, note: NoteText) -> Note:
    """Add a note."""
    return notebook.add(note.title, note.text)


@router.get("/{note_id}", response_model=NoteRecord)
def get_note(notebook: OwnNotebook, note_id: UUID) -> Note:
    """One note."""
    return notebook.get(note_id)


@router.put("/{note_id}", response_model=NoteRecord)
def edit_note(notebook: OwnNotebook, note_id: UUID, note: NoteText) -> Note:
    """Change a note."""
    return notebook.edit(note_id, note.title, note.text)


@router.delete("/{note_id}", status_code=HTTPStatus.NO_CONTENT)
def delete_note(notebook: OwnNotebook, note_id: UUID) -> None:
    """Remove a note for good."""
    notebook.delete(note_id)
