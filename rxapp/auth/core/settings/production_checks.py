"""The checks that settings must pass before the app starts in production. Each problem says what to do."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rxapp.auth.core.settings import secret_key as secret_keys
from rxapp.auth.core.settings.bounds import out_of_bounds
from rxapp.auth.core.settings.loopback import is_loopback
from rxapp.auth.core.settings.plain_networks import is_plain_postgresql, is_plain_redis
from rxapp.auth.core.settings.secret_strength import why_guessable
from rxapp.auth.core.settings.worker_count import requested_workers

if TYPE_CHECKING:
    from rxapp.auth.core.settings.settings import Settings

RATE_LIMITS = (
    "login_rate_limit",
    "login_address_rate_limit",
    "refresh_rate_limit",
    "registration_rate_limit",
    "mail_rate_limit",
)
"""Settings for which 0 means "no limit". `throttle.py` says what each counts, and in what time."""

OWASP_ARGON2_MINIMA = ((47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5))
"""argon2id's memory in KiB and its passes: five pairs of equal strength (OWASP Password Storage cheat sheet)."""

HOW_TO_GENERATE = 'Make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"'


class UnsafeSettings(Exception):
    """The environment is production, and settings are unsafe. Says which, why, and what to do. `settings` are those refused."""

    def __init__(self, problems: list[str], settings: "Settings") -> None:
        super().__init__("rxapp does not start in production:\n" + "\n".join(f"- {problem}" for problem in problems))
        self.problems = problems
        self.settings = settings


def require_safe(settings: "Settings", environ: Mapping[str, str], arguments: Sequence[str]) -> None:
    """Raise `UnsafeSettings` if anything is unsafe in production. `arguments` are the process's own (`sys.argv`)."""
    problems = [
        *_secrets(settings),
        *_passwords(settings),
        *_origins(settings),
        *_limits(settings),
        *out_of_bounds(settings),
        *_networks(settings, environ),
        *_mail(settings),
        *unsafe_workers(settings, environ, arguments),
    ]
    if settings.demo_data:
        problems.append("RXAPP_DEMO_DATA is true: everybody knows the demo user's password. Set it to false.")
    if problems:
        raise UnsafeSettings(problems, settings)


def _secrets(settings: "Settings") -> Iterator[str]:
    key, metrics_token = settings.secret_key.get_secret_value(), settings.metrics_token.get_secret_value()
    if not secret_keys.is_long_enough(settings.secret_key):
        yield (
            f"RXAPP_SECRET_KEY is missing or shorter than {secret_keys.MINIMUM_BYTES} bytes: "
            f"anybody who guesses it can sign in as any user. {HOW_TO_GENERATE}"
        )
    elif why := why_guessable(key):
        yield f"RXAPP_SECRET_KEY {why}: anybody who guesses it can sign in as any user. {HOW_TO_GENERATE}"
    for number, previous in enumerate(settings.previous_secret_keys, 1):
        if why := why_guessable(previous.get_secret_value()):
            yield (
                f"RXAPP_PREVIOUS_SECRET_KEYS: number {number} {why}: anybody who guesses it can sign in as any user. "
                "Remove it; people with tokens of that key log in again."
            )
    if metrics_token and (why := why_guessable(metrics_token)):
        yield f"RXAPP_METRICS_TOKEN {why}: anybody who guesses it can read the app's metrics. {HOW_TO_GENERATE}"
    elif metrics_token in settings.secret_keys and metrics_token:
        yield f"RXAPP_METRICS_TOKEN is a secret key too: a scraper of the metrics could sign in as any user. {HOW_TO_GENERATE}"


def _passwords(settings: "Settings") -> Iterator[str]:
    memory, passes = settings.argon2_memory_kib, settings.argon2_time_cost
    if not any(memory >= least and passes >= times for least, times in OWASP_ARGON2_MINIMA):
        yield (
            f"RXAPP_ARGON2_MEMORY_KIB is {memory} and RXAPP_ARGON2_TIME_COST is {passes}: a thief of the database can try "
            f"passwords too fast. OWASP's minima are {', '.join(f'{least} and {times}' for least, times in OWASP_ARGON2_MINIMA)}."
        )


def _origins(settings: "Settings") -> Iterator[str]:
    if "*" in settings.allowed_origins:
        yield "RXAPP_ALLOWED_ORIGINS is *: any site can talk to this one. Name the origins."
    for name in ("allowed_origins", "public_origins"):
        if unencrypted := [origin for origin in getattr(settings, name) if _is_unencrypted(origin)]:
            yield (
                f"RXAPP_{name.upper()} has {', '.join(unencrypted)}: others on the network can read "
                "and change what is sent over http. Use https."
            )


def _is_unencrypted(origin: str) -> bool:
    parts = urlsplit(origin)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")


def _limits(settings: "Settings") -> Iterator[str]:
    for name in RATE_LIMITS:
        if getattr(settings, name) == 0:
            yield f"RXAPP_{name.upper()} is 0: nothing slows down guessing. Leave it out for the default."
    if settings.connections_per_address == 0:
        yield (
            "RXAPP_CONNECTIONS_PER_ADDRESS is 0: one client could open pages until the memory is full. "
            "Leave it out, or give a number as large as you need."
        )


def _networks(settings: "Settings", environ: Mapping[str, str]) -> Iterator[str]:
    if settings.plain_network:
        return
    unless = "or, if nobody else is on that network, set RXAPP_PLAIN_NETWORK=true."
    if settings.redis_url and is_plain_redis(settings.redis_url):
        yield f"REDIS_URL is redis:// to another machine: others can read and change what is sent. Use rediss://, {unless}"
    if is_plain_postgresql(settings.database_url, environ):
        yield (
            "DATABASE_URL leads to another machine without TLS: others can read and change what is sent. "
            f"Add sslmode=verify-full (or verify-ca, or require), {unless}"
        )


def _mail(settings: "Settings") -> Iterator[str]:
    server = settings.mail_server
    if settings.has_email and server is None:
        yield "RXAPP_EMAIL is on and RXAPP_SMTP_URL is not set: no message could be sent. Set it, or RXAPP_EMAIL=off."
    if server is not None and not settings.mail_from:
        yield "RXAPP_SMTP_URL is set and RXAPP_MAIL_FROM is not: set it to the address that messages come from."
    if server is not None and server.is_plain and not settings.plain_network:
        yield (
            "RXAPP_SMTP_URL leads to another machine without TLS: others can read the links in messages. "
            "Use smtps://, leave starttls=never out, or, if nobody else is on that network, set RXAPP_PLAIN_NETWORK=true."
        )


def unsafe_workers(settings: "Settings", environ: Mapping[str, str], arguments: Sequence[str]) -> Iterator[str]:
    """A sentence for each option that asks for several workers without Redis, or whose value is not a number."""
    for requested in requested_workers(environ, arguments):
        if requested.number is None:
            yield f"{requested.where} is not a number above 0. Set it to the number of workers, or leave it out."
        elif requested.number > 1 and settings.redis_url is None:
            yield (
                f"{requested.where} is {requested.number} and REDIS_URL is not set: each worker counts guesses and used proofs "
                "for itself, and knows only its own pages. Set REDIS_URL, or use one worker."
            )
