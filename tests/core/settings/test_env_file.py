"""A `.env` as the editors of this world write it."""

import codecs

import pytest

from rxapp.auth import Settings
from rxapp.auth.core.settings.env_file import EnvFileRefused, require_readable
from rxapp.auth.core.settings.settings import get_settings

LINES = "RXAPP_ISSUER=zürich\nRXAPP_AUDIENCE=people\n"


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("RXAPP_ISSUER", "RXAPP_AUDIENCE"):
        monkeypatch.delenv(name, raising=False)
    get_settings.cache_clear()
    yield (tmp_path / ".env").write_bytes
    get_settings.cache_clear()


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8], ids=["no mark", "with a mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lines of Unix", "lines of Windows"])
def test_utf_8_is_read_with_a_mark_and_with_the_line_ends_of_windows(write, mark, end):
    write(mark + LINES.replace("\n", end).encode())
    settings = get_settings()
    assert (settings.issuer, settings.audience) == ("zürich", "people")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "latin-1", "utf-32"])
def test_anything_else_is_refused_in_a_sentence(write, encoding):
    write(LINES.encode(encoding))
    with pytest.raises(EnvFileRefused, match=r"The \.env file is not UTF-8 text"):
        get_settings()


def test_no_file_is_no_fault(tmp_path):
    require_readable(tmp_path / ".env")
    assert Settings(_env_file=tmp_path / ".env").issuer == "rxapp"
