"""How the text of a variable is read: durations, lists, addresses of servers. Each error is a sentence."""

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

MAXIMUM_DURATION = timedelta(days=36_525)
"""A hundred years. A longer duration, added to the present, may overflow `datetime`, and then nobody could log in."""

_TOO_LONG = f"must be at most {int(MAXIMUM_DURATION.total_seconds())} seconds, which are a hundred years"
_MAXIMUM_DIGITS = 12
"""Any number of seconds with so many digits fits into a `timedelta`."""


_REDIS_SCHEMES = ("redis://", "rediss://", "unix://")
_POSTGRESQL = re.compile(r"^postgres(ql)?://", re.IGNORECASE)


def _seconds(value: object) -> object:
    """Read a plain number as seconds. Pydantic itself would take the string "300" for malformed ISO 8601."""
    if isinstance(value, str) and (digits := value.strip()).isdecimal():
        if len(digits) > _MAXIMUM_DIGITS:
            raise ValueError(_TOO_LONG)
        return timedelta(seconds=int(digits))
    return value


def _at_most_maximum_duration(value: timedelta) -> timedelta:
    if value > MAXIMUM_DURATION:
        raise ValueError(_TOO_LONG)
    return value


def _comma_separated(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip().rstrip("/").lower() for part in value.split(",") if part.strip())
    return value


def _secrets(value: object) -> object:
    """Split at the commas, and change nothing else: a secret may end in any character."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _none_if_empty(value: object) -> object:
    """Some tools set an empty variable to say "none". That must not count as a Redis."""
    return None if isinstance(value, str) and not value.strip() else value


def _one_redis(value: str | None) -> str | None:
    if value is not None and not value.startswith(_REDIS_SCHEMES):
        raise ValueError(
            "must begin with redis://, rediss:// or unix://. Behind Sentinel, name an address that leads to the master; "
            "a Redis Cluster is not supported"
        )
    return value


def _with_driver(value: object) -> object:
    """Many hosts give addresses of PostgreSQL without the driver, some with the old name `postgres`."""
    return _POSTGRESQL.sub("postgresql+psycopg://", value.strip(), count=1) if isinstance(value, str) else value


def _not_in_memory(value: str) -> str:
    """A SQLite database in memory is another one for each connection, so no thread would find what another one has stored."""
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        return value  # the engine says what is wrong with it
    if url.get_backend_name() == "sqlite" and (url.database in (None, "", ":memory:") or url.query.get("mode") == "memory"):
        raise ValueError("must name a file, such as sqlite:///app.db, and not a database in memory")
    return value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Seconds = Annotated[timedelta, BeforeValidator(_seconds), AfterValidator(_at_most_maximum_duration)]
DatabaseUrl = Annotated[str, BeforeValidator(_with_driver), AfterValidator(_not_in_memory)]
RedisUrl = Annotated[str | None, BeforeValidator(_none_if_empty), AfterValidator(_one_redis)]
Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_comma_separated)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_secrets)]
LogLevel = Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)]
