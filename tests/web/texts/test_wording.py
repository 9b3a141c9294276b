"""One pair of words on every page: people log in and log out, with a username."""

import ast
import re

import pytest

from rxapp.auth.web.texts import GERMAN
from tests.conftest import ROOT
from tests.web.texts.test_catalog import leaves

WEB = ROOT / "rxapp" / "auth" / "web"
SHOWN = [*(WEB / "texts").glob("*.py"), *(WEB / "pages").rglob("*.py"), *(ROOT / "rxapp" / "demo" / "pages").rglob("*.py")]
"""What pages show; the words of the core's errors are the core's."""


def texts_in(file):
    """The strings in a file that are not docstrings."""
    tree = ast.parse(file.read_text())
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    strings = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [string.value for string in strings if id(string) not in docstrings]


@pytest.mark.parametrize("file", SHOWN, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_no_english_text_speaks_of_signing_in_or_of_a_user_name(file):
    spoken = re.compile(r"\bsign(ed|ing|s)?[ -](in|out|up|on|off)\b|\buser name", re.IGNORECASE)
    assert [text for text in texts_in(file) if spoken.search(text)] == []


def test_no_german_text_has_another_word_for_it():
    spoken = re.compile(r"einlogg|auslogg|eingelogg|ausgelogg|\blog-?(in|out)\b|nutzername|username", re.IGNORECASE)
    assert {path for path, text in leaves(GERMAN) if spoken.search(text.replace("Benutzername", ""))} == set()
