"""What the source never does: rules of the standards that are about code, and that no request could show to be broken."""

import ast
import re

import pytest

from rxapp.auth import User
from tests.conftest import ROOT

PACKAGE = ROOT / "rxapp"
SOURCES = sorted(file for file in PACKAGE.rglob("*.py") if "texts" not in file.parts)
"""All but words about passwords, and in a language to which DES is an article."""

TREES = {file: ast.parse(file.read_text()) for file in SOURCES}
PROOF = re.compile(r"\b(mac|macs|signature|digest|secret|token_hash)\b")
NAMES_OF_SECRETS = re.compile(r"(^|_)(password|secret|secret_key|api_key)$", re.IGNORECASE)


def nodes(kind):
    for file, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, kind):
                yield file, node


def test_no_hash_or_cipher_is_used_that_is_known_to_be_weak():
    """ASVS 11.4.1."""
    for file in SOURCES:
        assert not re.search(r"\b(md5|sha1|des|rc4|arc4|ecb|pkcs1v15)\b", file.read_text(), re.IGNORECASE), file


def test_chance_comes_from_the_systems_generator_but_for_the_moments_of_pruning_and_of_sending():
    """ASVS 11.5.1: what nobody may guess is never drawn from `random`, nor is a UUID relied on for it."""
    users = {file.name for file, node in nodes(ast.Import) if "random" in {alias.name for alias in node.names}}
    users |= {file.name for file, node in nodes(ast.ImportFrom) if node.module == "random"}
    assert users == {"pruning_task.py", "sender.py"}


def test_what_proves_something_is_never_compared_with_an_equals_sign():
    """ASVS 11.2.4: that would take the longer, the more of its beginning is right."""
    compared = [
        f"{file.name}: {ast.unparse(node)}"
        for file, node in nodes(ast.Compare)
        if any(isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops) and PROOF.search(ast.unparse(node))
    ]
    assert compared == []


def test_no_password_and_no_key_is_written_in_it_but_those_of_the_demo_users_and_of_tests():
    """ASVS 13.3.1."""
    written = []
    for file, node in nodes(ast.Assign | ast.AnnAssign | ast.keyword):
        targets = node.targets if isinstance(node, ast.Assign) else [node.arg if isinstance(node, ast.keyword) else node.target]
        names = [target if isinstance(target, str) else ast.unparse(target) for target in targets if target]
        value = node.value.value if isinstance(node.value, ast.Constant) else None
        if isinstance(value, str | bytes) and len(value) >= 7 and any(map(NAMES_OF_SECRETS.search, names)):
            written.append((file.name, names[0], value))
    assert written == [
        ("demo_users.py", "DEMO_PASSWORD", "def@123"),
        ("password_link.py", "SET_PASSWORD", "/set-password"),
        ("testing.py", "PASSWORD", "correct horse battery staple"),
    ]


@pytest.mark.parametrize("pattern", ["*.py", "*.js"])
def test_no_page_listens_to_pasting(pattern):
    """ASVS 6.2.7: who may not paste a password chooses a short one."""
    for file in PACKAGE.rglob(pattern):
        assert not re.search(r"on_?paste|[\"']paste[\"']", file.read_text(), re.IGNORECASE), file


def test_of_a_user_nothing_is_stored_that_could_hint_at_the_password():
    """ASVS 6.4.2: neither hints nor secret questions. `is_password_of_two` names the rule that it met, not its length."""
    columns = {column.name for column in User.__table__.columns}
    assert columns == {
        *("id", "user_name", "user_name_key", "display_name", "search_key"),
        *("password_hash", "link_nonce", "is_password_of_two", "roles", "created_at", "disabled_at"),
    }
