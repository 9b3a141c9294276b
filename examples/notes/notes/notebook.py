"""A person's notes: the table, and the only code that reads and writes it."""

import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import DateTime, ForeignKey
from sqlmodel import Field, Session, SQLModel, col, or_, select

from rxapp.auth import Database, InputRefused, NotFound, User

TITLE_MAXIMUM_LENGTH = 120
TEXT_MAXIMUM_LENGTH = 10_000
LISTED_AT_MOST = 100

_NEVER_TYPED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
"""Control characters and lone surrogates. PostgreSQL refuses some of them with an error."""


class Note(SQLModel, table=True):
    """A note. It is deleted with its owner's account."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    owner_id: UUID = Field(sa_column_args=[ForeignKey(col(User.id), ondelete="CASCADE")], index=True)
    title: str = Field(max_length=TITLE_MAXIMUM_LENGTH)
    text: str = Field(max_length=TEXT_MAXIMUM_LENGTH)
    edited_at: datetime = Field(default_factory=lambda: datetime.now(UTC), sa_type=DateTime(timezone=True))


class Notebook:
    """One person's notes.

    Each statement names the owner. So the id of another person's note gives the same error as an id that never existed:
    `NotFound`.
    """

    def __init__(self, database: Database, owner_id: UUID) -> None:
        self._database = database
        self._owner_id = owner_id

    def search(self, words: str = "") -> list[Note]:
        """The notes with these words in title or text, the last edited first. (SQLite ignores case only for ASCII letters.)"""
        if _NEVER_TYPED.search(words):
            return []
        has_words = or_(*(column.icontains(words, autoescape=True) for column in (col(Note.title), col(Note.text))))
        newest_first = select(Note).where(Note.owner_id == self._owner_id, has_words).order_by(col(Note.edited_at).desc())
        with self._database.read() as db:
            return list(db.exec(newest_first.limit(LISTED_AT_MOST)))

    def get(self, note_id: UUID) -> Note:
        """One note. Raises `NotFound`."""
        with self._database.read() as db:
            return self._find(db, note_id)

    def add(self, title: str, text: str) -> Note:
        """Add a note. Raises `InputRefused`."""
        note = Note(owner_id=self._owner_id, title=_clean_title(title), text=_clean_text(text))
        with self._database.write() as db:
            db.add(note)
        return note

    def edit(self, note_id: UUID, title: str, text: str) -> Note:
        """Change a note. Raises `NotFound` or `InputRefused`."""
        title, text = _clean_title(title), _clean_text(text)
        with self._database.write() as db:
            note = self._find(db, note_id)
            note.title, note.text, note.edited_at = title, text, datetime.now(UTC)
        return note

    def delete(self, note_id: UUID) -> None:
        """Remove a note for good. Raises `NotFound`."""
        with self._database.write() as db:
            db.delete(self._find(db, note_id))

    def _find(self, db: Session, note_id: UUID) -> Note:
        note = db.exec(select(Note).where(Note.id == note_id, Note.owner_id == self._owner_id)).one_or_none()
        if note is None:
            raise NotFound
        return note


def _clean_title(title: str) -> str:
    title = title.strip()
    if not title:
        raise InputRefused("Please give the note a title.")
    return _storable(title, TITLE_MAXIMUM_LENGTH, "A title")


def _clean_text(text: str) -> str:
    return _storable(text.strip(), TEXT_MAXIMUM_LENGTH, "A note")


def _storable(text: str, maximum_length: int, what: str) -> str:
    if len(text) > maximum_length:
        raise InputRefused(f"{what} has at most {maximum_length} characters.")
    if _NEVER_TYPED.search(text):
        raise InputRefused(f"{what} has only characters that can be typed.")
    return text
