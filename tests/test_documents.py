"""The documents tell of settings, tests and files that are there, and of all settings."""

import ast
import re
from datetime import timedelta
from secrets import token_urlsafe

import pytest
from pydantic import SecretStr

from rxapp.auth import Settings
from rxapp.auth.core.settings.bounds import BOUNDS
from tests.conftest import ROOT
from tests.test_asvs_document import names_in

SETTINGS = (ROOT / "docs" / "settings.md").read_text()
SECURITY = (ROOT / "SECURITY.md").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
AT_THE_TOP = [ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY", "CHANGELOG")]
DOCUMENTS = [*AT_THE_TOP, *sorted((ROOT / "docs").rglob("*.md"))]

VARIABLES = {field.validation_alias or f"RXAPP_{name.upper()}": name for name, field in Settings.model_fields.items()}
"""Each environment variable, and the setting that it sets."""

OURS = re.compile(r"\b(?:RXAPP_[A-Z0-9_]+[A-Z0-9]|(?:DATABASE|REDIS)_URL)\b")
OF_THE_TESTS = {"RXAPP_TEST_SERVER"}
SAID_IN_WORDS = {
    f"RXAPP_{name}"
    for name in ("EMAIL", "MAIL_LINK", "MAIL_LANGUAGE", "PROVIDER_PAGE", "API_URL", "SECRET_KEY", "ALLOWED_ORIGINS")
}
SAID_IN_WORDS |= {"RXAPP_DEMO_DATA", "RXAPP_API_DOCS"}
"""Those whose default is not one value."""


def rows_of_settings():
    table = SETTINGS.partition("| variable | default | meaning |")[2].partition("\n\n")[0]
    for line in table.splitlines()[2:]:
        names, default, _ = line.strip("|").split("|")
        yield re.findall(r"`([A-Z0-9_]+)`", names), default.strip()


def in_words(value) -> str:
    if isinstance(value, timedelta):
        return str(int(value.total_seconds()))
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    return str(value).lower() if isinstance(value, bool) else "none" if value in (None, "", ()) else str(value)


class TestSettings:
    def test_the_table_has_each_setting_once_and_no_other(self):
        assert sorted(name for names, _ in rows_of_settings() for name in names) == sorted(VARIABLES)

    def test_its_defaults_are_those_of_the_code(self):
        defaults = Settings.model_fields
        for names, said in rows_of_settings():
            values = [value.strip("` ") for value in said.split(",")]
            for number, name in enumerate(names):
                if name not in SAID_IN_WORDS:
                    value = values[number] if len(values) > 1 else values[0]
                    assert value == in_words(defaults[VARIABLES[name]].default), name

    @pytest.mark.parametrize("name", BOUNDS)
    def test_it_says_how_far_each_may_go_in_production(self, name):
        (row,) = [line for line in SETTINGS.splitlines() if line.startswith("| `") and f"`RXAPP_{name.upper()}`" in line]
        for edge in (BOUNDS[name].highest, BOUNDS[name].lowest):
            assert edge is None or re.search(rf"in production.*\b{in_words(edge)}\b", row), row

    @pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.name)
    def test_no_document_names_one_that_is_not_there(self, file):
        for found in OURS.findall(file.read_text()):
            name = found.partition("__")[0]  # of one provider
            assert name in VARIABLES.keys() | OF_THE_TESTS or any(known.startswith(f"{name}_") for known in VARIABLES), name


class TestExample:
    LINES = re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=(.*)$", EXAMPLE, re.MULTILINE)

    def test_it_names_no_setting_that_is_not_there(self):
        assert set(OURS.findall(EXAMPLE)) <= set(VARIABLES)

    def test_it_has_what_production_needs(self):
        needed = {"RXAPP_ENVIRONMENT", "RXAPP_SECRET_KEY", "DATABASE_URL", "REDIS_URL", "RXAPP_TRUSTED_PROXY_HOPS"}
        assert needed <= {name for name, _ in self.LINES}

    def test_each_setting_has_a_line_of_explanation_above_it(self):
        for paragraph in EXAMPLE.strip().split("\n\n"):
            first, _, rest = paragraph.partition("\n")
            assert re.match(r"# [A-Z].* ", first), paragraph
            assert not OURS.match(first.removeprefix("# ")), paragraph
            assert rest, paragraph

    def test_copied_and_given_a_secret_key_it_is_what_production_starts_with(self, tmp_path, monkeypatch):
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
        file = tmp_path / ".env"
        file.write_text(EXAMPLE.replace("RXAPP_SECRET_KEY=", f"RXAPP_SECRET_KEY={token_urlsafe(48)}"))
        assert Settings(_env_file=file).in_production

    def test_with_all_that_it_offers_too(self, tmp_path, monkeypatch):
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
        secrets = {"RXAPP_SECRET_KEY", "RXAPP_PREVIOUS_SECRET_KEYS", "RXAPP_METRICS_TOKEN"}
        random = {name: token_urlsafe(48) for name in secrets}
        lines = [f"{name}={random.get(name, value)}" for name, value in self.LINES]
        file = tmp_path / ".env"
        file.write_text("\n".join(lines))
        assert Settings(_env_file=file).redis_url


class TestSecurity:
    def test_every_test_that_it_names_is_there(self):
        named = re.findall(r"`([\w/]*test_\w+\.py)`(?: (Test\w+))?", SECURITY)
        assert len(named) > 100
        for path, name in named:
            file = path.removeprefix("tests/")
            assert not name or f"::{name}" in names_in(file), f"tests/{file} has no {name}"
            assert names_in(file)

    def test_the_races_that_it_names_have_tests(self):
        for file, numbers in re.findall(r"`([\w/]+\.py)` (?:races? )?(\d[\d, –]*)(?=[,|])", SECURITY):
            first, _, last = numbers.partition("–")
            for number in range(int(first), int(last) + 1) if last else re.findall(r"\d+", numbers):
                assert any(name.startswith(f"::test_race_{number}_") for name in names_in(file)), (file, number)

    def test_every_row_has_a_test(self):
        rows = [line for line in SECURITY.splitlines() if line.startswith("| ") and not line.startswith("| threat")]
        assert len(rows) > 40
        assert [row for row in rows if not re.search(r"`[\w/]*test_\w+\.py`", row.rpartition(" | ")[2])] == []

    def test_no_threat_is_told_twice(self):
        threats = re.findall(r"^\| ([^|]+) \|", SECURITY, re.MULTILINE)
        assert sorted({*threats} - {"threat"}) == sorted(threat for threat in threats if threat != "threat")


class TestDecisions:
    def test_no_number_is_given_twice(self):
        assert len({file.name[:4] for file in DECISIONS}) == len(DECISIONS)

    @pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.name[:4])
    def test_each_has_its_number_in_its_title_and_is_short(self, file):
        text = file.read_text()
        assert text.startswith(f"# {int(file.name[:4])}. ")
        assert len(text.split()) <= 500


SOURCE = "".join(file.read_text() for file in (ROOT / "rxapp").rglob("*.py"))
ROUTE = re.compile(
    r"`(?:GET |POST |PUT |DELETE )?(/(?:api|account|admin|login|register|healthz|readyz|metrics|docs|\.well-known)[\w./-]*)`"
)


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_routes_that_are_named_are_there(file):
    for route in ROUTE.findall(file.read_text()):
        ours = f'"{route}"' in SOURCE or any(f'prefix="{route[:end]}"' in SOURCE for end in range(2, len(route) + 1))
        assert ours or f'"{route}"' in file.read_text(), route


def anchors_of(file):
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_links_into_a_page_lead_to_a_heading_of_it(file):
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#([\w-]+)\)", file.read_text()):
        assert anchor in anchors_of(file.parent / target if target else file), (target, anchor)


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.name)
def test_links_lead_somewhere(file):
    for target in re.findall(r"\]\((?!https?:)([^)#]*)(?:#[\w-]*)?\)", file.read_text()):
        assert not target or (file.parent / target).exists(), target


_ROOMS = "core|http|web|features|demo|rxconfig|sockets|e2e|cli|chaos"
NAMED_TEST = re.compile(rf"`((?:tests/)?(?:{_ROOMS})/(?:\w+/)*test_\w+\.py)")


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_tests_that_are_named_are_there(file):
    for name in NAMED_TEST.findall(file.read_text()):
        assert (ROOT / "tests" / name.removeprefix("tests/")).exists(), name


FOLDERS = "rxapp|tests|benchmarks|chaos|pictures|examples|deploy|docs|alembic"
NAMED_PATH = re.compile(rf"`((?:{FOLDERS})/[\w./-]*)(?:::[\w:]+)?`")
NAMED_FILE = re.compile(r"`(\w+\.(?:py|js))`")
FILES = {file.name for folder in FOLDERS.split("|") for pattern in ("*.py", "*.js") for file in (ROOT / folder).rglob(pattern)}
HISTORY = ROOT / "CHANGELOG.md"
"""It tells of each release in the names of its time."""


@pytest.mark.parametrize(
    "file", [file for file in DOCUMENTS if file != HISTORY], ids=lambda file: file.relative_to(ROOT).as_posix()
)
def test_paths_and_files_that_are_named_are_there(file):
    text = re.sub(r"^ *```.*?^ *```$", "", file.read_text(), flags=re.MULTILINE | re.DOTALL)
    paths = {path for path in NAMED_PATH.findall(text) if not path.startswith("chaos/test_")}  # those are under `tests/`
    assert {path for path in paths if not (ROOT / path).exists()} == set()
    assert set(NAMED_FILE.findall(text)) - FILES == set()


def test_the_document_of_the_command_line_names_every_command():
    text = (ROOT / "docs" / "command-line.md").read_text()
    source = ast.unparse(ast.parse((ROOT / "rxapp" / "auth" / "cli" / "__init__.py").read_text()))
    for command in re.findall(r"name='(\w+)'", source):
        assert f"rxapp {command}" in text, command
