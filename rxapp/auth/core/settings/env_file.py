"""The `.env` file: read as UTF-8, with or without a byte order mark, and refused in a sentence if it is anything else."""

from pathlib import Path

ENV_FILE = Path(".env")

ENCODING = "utf-8-sig"
"""UTF-8. Editors on Windows write a mark before the first name, which would make it another name."""


class EnvFileRefused(ValueError):
    """The file is not text that we can read."""

    def __init__(self) -> None:
        super().__init__(
            "The .env file is not UTF-8 text, so none of its settings would count. Save it as UTF-8; "
            "in PowerShell: Set-Content -Encoding utf8"
        )


def require_readable(file: Path = ENV_FILE) -> None:
    """Raise `EnvFileRefused` for UTF-16 or anything else that is not UTF-8. A file that is not there passes."""
    if not file.is_file():
        return
    content = file.read_bytes()
    try:
        content.decode()
    except UnicodeDecodeError:
        raise EnvFileRefused from None
    if b"\0" in content:  # UTF-16 without its mark can be valid UTF-8
        raise EnvFileRefused
