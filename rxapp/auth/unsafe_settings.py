"""What production refuses to start with, and what to do about it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rxapp.auth import secret_keys
from rxapp.auth.loopback import is_loopback

if TYPE_CHECKING:
    from rxapp.auth.settings import Settings

RATE_LIMITS = ("login_rate_limit", "login_address_rate_limit", "refresh_rate_limit", "registration_rate_limit")
"""The settings that 0 switches off. What each counts, and in what time, is said in `throttle.py`."""


class UnsafeSettings(Exception):
    """Production was asked for with settings that are not safe; says which, why, and what to do. `settings` are those refused."""

    def __init__(self, problems: list[str], settings: "Settings") -> None:
        super().__init__("rxapp does not start in production:\n" + "\n".join(f"- {problem}" for problem in problems))
        self.problems = problems
        self.settings = settings


def require_safe(settings: "Settings") -> None:
    """Raise `UnsafeSettings` if there is anything that is not safe in production."""
    if problems := list(_problems(settings)):
        raise UnsafeSettings(problems, settings)


def _problems(settings: "Settings") -> Iterator[str]:
    if not secret_keys.is_long_enough(settings.secret_key):
        yield (
            f"RXAPP_SECRET_KEY is missing or shorter than {secret_keys.MINIMUM_BYTES} bytes: "
            "whoever guesses it signs in as anybody. "
            'Make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    if "*" in settings.allowed_origins:
        yield "RXAPP_ALLOWED_ORIGINS is *: any site could talk to this one. Name the origins."
    for name in RATE_LIMITS:
        if getattr(settings, name) == 0:
            yield f"RXAPP_{name.upper()} is 0: nothing slows down who tries again and again. Leave it out for the default."
    if settings.connections_per_address == 0:
        yield (
            "RXAPP_CONNECTIONS_PER_ADDRESS is 0: one client could open pages until the memory is full. "
            "Leave it out, or give a number as large as you need."
        )
    if readable := [origin for origin in settings.allowed_origins if _is_readable_on_the_way(origin)]:
        yield (
            f"RXAPP_ALLOWED_ORIGINS has {', '.join(readable)}: whoever is on the way "
            "reads and changes what is sent over http. Use https."
        )
    if settings.demo_data:
        yield "RXAPP_DEMO_DATA is true: everybody knows the demo user's password. Set it to false."


def _is_readable_on_the_way(origin: str) -> bool:
    parts = urlsplit(origin)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")
