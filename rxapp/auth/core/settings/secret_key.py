"""The secret key, from which all keys are derived: its minimum length, and the one that development generates."""

import logging
import os
import secrets
from pathlib import Path

from pydantic import SecretStr

MINIMUM_BYTES = 32
"""HMAC-SHA-256 wants a key of at least the length of its output (RFC 2104 §3)."""

logger = logging.getLogger(__name__)


def is_long_enough(secret: SecretStr) -> bool:
    """Whether the key is long enough: if it is random, nobody can guess it."""
    return len(secret.get_secret_value().encode()) >= MINIMUM_BYTES


def development_secret_key(file: Path) -> str:
    """The secret key in `file`, generated on first use. Only the file's owner can read it.

    The key is written to a draft file, which is then linked into place. So two processes that start together read the same key.
    """
    if not file.exists():
        draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        else:
            logger.warning("made %s, the secret key of this development machine: keep it out of version control", file)
        finally:
            draft.unlink()
    return file.read_text().strip()
