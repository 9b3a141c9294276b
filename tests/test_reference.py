"""docs/reference.md has every public name as the sources have it."""

import importlib

import pytest

from benchmarks import reference

MEND = "run: make reference ARGS=--write"


def test_the_document_is_what_the_docstrings_say():
    assert reference.DOCUMENT.read_text() == reference.document(), MEND


@pytest.mark.parametrize("module", reference.MODULES)
def test_every_public_name_of_a_module_is_in_its_section_with_some_text(module):
    section = reference.document().partition(f"## `{module}`\n")[2].partition("\n## ")[0]
    entries = {entry.partition("`")[0]: entry.partition("\n\n")[2].strip() for entry in section.split("### `")[1:]}
    listed = getattr(
        importlib.import_module(module), "__all__", ["nobody", "Page", "PASSWORD", "signed_in_as", "use_new_service"]
    )
    assert set(listed) <= entries.keys()
    assert [name for name, text in entries.items() if not text] == []


@pytest.mark.parametrize(
    "told",
    [
        "async admit_again(state: rx.State, /) -> Identity",
        "has_role(*roles: str) -> rx.Var[bool]",
        "class TokenReused(SessionEnded)",
        "In a guarded background task, inside `async with self`: repeat the check that the guard made when the task began.",
        "The same as `rxapp.auth.http.require`.",
    ],
)
def test_a_signature_is_as_it_stands_in_the_source(told):
    assert told in reference.document()


def test_a_name_that_has_no_definition_of_its_own_has_the_text_below_it():
    assert "### `Clock`\n\nReturns the present time as an aware datetime in UTC." in reference.document()
