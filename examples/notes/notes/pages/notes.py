"""The main page: the person's own notes."""

from typing import Any

import reflex as rx

from notes.notebook import TEXT_MAXIMUM_LENGTH, TITLE_MAXIMUM_LENGTH
from notes.pages.layout import field, frame, waiting
from notes.pages.state import NotesState
from rxapp.auth import web as auth


@auth.page("/", title="Notes", on_load=NotesState.load, waiting=waiting)
def notes() -> rx.Component:
    """The search, the form for a new note, and the list of notes."""
    return frame(
        rx.el.h1("Your notes", class_name=auth.style.HEADING),
        rx.el.p(
            auth.AuthState.user_name, rx.cond(NotesState.city, f", {NotesState.city}", ""), class_name="mt-1 " + auth.style.TEXT
        ),
        rx.el.details(
            rx.el.summary("New note", class_name="cursor-pointer " + auth.style.STRONG),
            _new_note(),
            class_name="mt-8 p-5 " + auth.style.CARD,
        ),
        rx.el.div(_search(), class_name="mt-6"),
        _notices(),
        rx.el.ul(rx.foreach(NotesState.notes, _note), aria_label="Notes", class_name="mt-3 grid gap-4"),
        rx.cond(NotesState.is_loaded & (NotesState.notes.length() == 0), _nothing()),
    )


def _search() -> rx.Component:
    props = {"type": "search", "auto_complete": "off", "default_value": NotesState.words, "on_change": NotesState.search}
    return field("Search", "search", **props)


def _new_note() -> rx.Component:
    return rx.el.form(
        *_title_and_text("new"),
        rx.el.div(rx.el.button("Add note", type="submit", class_name=auth.style.PRIMARY)),
        on_submit=NotesState.add,
        reset_on_submit=True,
        class_name="mt-4 grid gap-4",
    )


def _note(note: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(NotesState.editing == note.id, _editor(note), _card(note)), key=note.id, class_name="p-5 " + auth.style.CARD
    )


def _card(note: Any) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.h2(note.title, class_name=auth.style.SUBHEADING),
            rx.el.p(note.text, class_name="mt-1 whitespace-pre-wrap " + auth.style.TEXT),
            class_name="min-w-0 wrap-anywhere",
        ),
        rx.el.button(
            "Edit",
            type="button",
            aria_label=f"Edit {note.title}",
            on_click=NotesState.start_editing(note.id),
            class_name=auth.style.SECONDARY,
        ),
        class_name="flex items-start justify-between gap-4",
    )


def _editor(note: Any) -> rx.Component:
    return rx.el.form(
        rx.el.input(type="hidden", name="id", value=note.id),
        *_title_and_text("edited", title=note.title, text=note.text, auto_focus=True),
        rx.el.div(
            rx.el.button("Save", type="submit", class_name=auth.style.PRIMARY),
            rx.el.button("Cancel", type="button", on_click=NotesState.cancel, class_name=auth.style.SECONDARY),
            rx.el.button("Delete", type="button", on_click=NotesState.delete(note.id), class_name=auth.style.DANGER + " ml-auto"),
            class_name="flex gap-3",
        ),
        on_submit=NotesState.save,
        class_name="grid gap-4",
    )


def _title_and_text(prefix: str, *, title: Any = "", text: Any = "", auto_focus: bool = False) -> list[rx.Component]:
    title_props = {"max_length": TITLE_MAXIMUM_LENGTH, "required": True, "auto_complete": "off", "auto_focus": auto_focus}
    text_props = {"max_length": TEXT_MAXIMUM_LENGTH, "rows": "4", "default_value": text}
    return [
        field("Title", "title", id=f"{prefix}-title", default_value=title, **title_props),
        field("Text", "text", id=f"{prefix}-text", of=rx.el.textarea, **text_props),
    ]


def _notices() -> rx.Component:
    """Both live regions are in the page from the start: screen readers ignore a region added with its text."""
    return rx.el.div(
        rx.el.p(NotesState.done, role="status", class_name=auth.style.DONE),
        rx.el.p(NotesState.error, role="alert", class_name=auth.style.FAILED),
        class_name="mt-3 min-h-5 text-sm font-medium",
    )


def _nothing() -> rx.Component:
    return rx.el.p(
        rx.cond(NotesState.words, "No note has these words.", "You have not written anything down yet."),
        class_name=auth.style.themed("rounded-2xl border border-dashed border-@edge px-5 py-10 text-center ") + auth.style.TEXT,
    )
