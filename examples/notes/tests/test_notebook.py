"""A notebook belongs to its owner: nobody else can find, edit or delete its notes."""

from uuid import uuid4

import pytest
from notes.notebook import TEXT_MAXIMUM_LENGTH, TITLE_MAXIMUM_LENGTH

from rxapp.auth import InputRefused, NotFound
from rxapp.auth.web.testing import PASSWORD


def titles(notes):
    return [note.title for note in notes]


class TestOnesOwn:
    def test_a_note_is_found_again(self, annas):
        note = annas.add(" Shopping ", "Milk\nBread\n")
        assert (annas.get(note.id).title, annas.get(note.id).text) == ("Shopping", "Milk\nBread")

    def test_the_last_edited_one_comes_first(self, annas):
        first, _ = annas.add("first", ""), annas.add("second", "")
        assert titles(annas.search()) == ["second", "first"]
        annas.edit(first.id, "first, edited", "")
        assert titles(annas.search()) == ["first, edited", "second"]

    @pytest.mark.parametrize("words", ["mil", "MILK", "shop"])
    def test_it_is_searched_in_title_and_text_without_regard_to_case(self, annas, words):
        annas.add("Shopping", "Milk")
        annas.add("Other", "thing")
        assert titles(annas.search(words)) == ["Shopping"]

    @pytest.mark.parametrize("words", ["%", "_", "\0", "\ud800"], ids=["percent", "underscore", "nul", "half"])
    def test_what_is_special_to_databases_is_not_special_here(self, annas, words):
        annas.add("Shopping", "Milk")
        assert annas.search(words) == []

    def test_a_deleted_one_is_gone(self, annas):
        note = annas.add("Shopping", "")
        annas.delete(note.id)
        assert annas.search() == []
        with pytest.raises(NotFound):
            annas.get(note.id)

    @pytest.mark.parametrize(
        ("title", "text"),
        [("", "x"), (" ", "x"), ("x" * (TITLE_MAXIMUM_LENGTH + 1), ""), ("x", "x" * (TEXT_MAXIMUM_LENGTH + 1)), ("x", "\0")],
        ids=["empty", "blank", "long-title", "long-text", "nul"],
    )
    def test_what_cannot_be_kept_is_refused_and_changes_nothing(self, annas, title, text):
        note = annas.add("Shopping", "Milk")
        for write in (annas.add, lambda title, text: annas.edit(note.id, title, text)):
            with pytest.raises(InputRefused):
                write(title, text)
        assert titles(annas.search()) == ["Shopping"]


class TestSomebodyElses:
    """The answer is the same as for an id that never existed."""

    def test_it_is_not_found(self, annas, bobs):
        note = bobs.add("Secret", "of Bob's")
        assert annas.search() == annas.search("Secret") == []
        for note_id in (note.id, uuid4()):
            with pytest.raises(NotFound):
                annas.get(note_id)

    def test_it_is_neither_edited_nor_deleted(self, annas, bobs):
        note = bobs.add("Secret", "of Bob's")
        with pytest.raises(NotFound):
            annas.edit(note.id, "Mine now", "")
        with pytest.raises(NotFound):
            annas.delete(note.id)
        assert (bobs.get(note.id).title, bobs.get(note.id).text) == ("Secret", "of Bob's")


def test_notes_go_with_their_owners_account(service, anna, annas, bobs):
    annas.add("Shopping", "")
    bobs.add("Shopping", "")
    identity = service.verify_access(service.log_in(anna.user_name, PASSWORD).access_token)
    service.accounts.delete(identity, PASSWORD)
    assert annas.search() == []
    assert titles(bobs.search()) == ["Shopping"]
