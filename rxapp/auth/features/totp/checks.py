"""For `doctor`: whether the secrets of devices for one-time codes, and recovery codes, can be decrypted."""

from collections.abc import Iterator

from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.doctor.findings import Finding, ok, problem, warning
from rxapp.auth.features.totp.rules.sealing import count_by_key


def check(settings: Settings, database: Database) -> Iterator[Finding]:
    """Count the secrets that the current secret key does not open."""
    old, unreadable = count_by_key(settings, database)
    if unreadable:
        yield problem(
            "one-time codes",
            f"{unreadable} secrets and recovery codes can be decrypted by no configured key, so they let nobody in",
            "Put the lost key into RXAPP_PREVIOUS_SECRET_KEYS, or for each user: python -m rxapp users reset-second-factor NAME",
        )
    if old:
        yield warning(
            "one-time codes",
            f"{old} secrets and recovery codes are encrypted under a previous secret key",
            "Run: python -m rxapp keys rotate",
        )
    if not old and not unreadable:
        yield ok("one-time codes", "all secrets and recovery codes can be decrypted")
