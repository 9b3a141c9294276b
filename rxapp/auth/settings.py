"""Configuration: read once from the environment and `.env`, validated at start, handed to whatever needs it."""

import os
import secrets
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MINIMUM_SECRET_KEY_BYTES = 32
"""HMAC-SHA-256 wants a key of at least the length of its output (RFC 2104 §3)."""

MINIMUM_METRICS_TOKEN_LENGTH = 22
"""Characters: 128 bits in base64url, which nobody guesses however often they may try."""

DEVELOPMENT_SECRET_KEY_FILE = Path(".secret_key")

OWASP_ARGON2_MEMORY_KIB = 19_456
OWASP_ARGON2_TIME_COST = 2
OWASP_ARGON2_PARALLELISM = 1
"""OWASP Password Storage cheat sheet, argon2id: m=19456 (19 MiB), t=2, p=1."""


NIST_PASSWORD_MINIMUM_LENGTH = 15
"""NIST SP 800-63B-4 §3.1.1.2: a password that is the only factor has at least 15 characters."""


class UnsafeSettings(Exception):
    """Production was asked for with settings that are not safe; says which, why, and what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("rxapp does not start in production:\n" + "\n".join(f"- {problem}" for problem in problems))
        self.problems = problems


def _seconds(value: object) -> object:
    """Read a plain number as seconds; pydantic alone would read the string "300" as malformed ISO 8601."""
    if isinstance(value, str) and value.strip().isdigit():
        return timedelta(seconds=int(value))
    return value


def _comma_separated(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
    return value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Seconds = Annotated[timedelta, BeforeValidator(_seconds)]


class Settings(BaseSettings):
    """Every number and switch, each once. Durations are given in seconds and held as `timedelta`."""

    model_config = SettingsConfigDict(
        env_prefix="RXAPP_",
        env_file=".env",
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,  # an error about a secret must not show it
    )

    environment: Literal["development", "production"] = "development"
    database_url: str = Field("sqlite:///rxapp.db", validation_alias="DATABASE_URL")
    redis_url: str | None = Field(None, validation_alias="REDIS_URL")
    sqlite_synchronous: Literal["FULL", "NORMAL"] = "FULL"

    secret_key: SecretStr = SecretStr("")
    issuer: str = Field("rxapp", min_length=1)
    audience: str = Field("rxapp", min_length=1)
    access_token_lifetime: Seconds = timedelta(minutes=5)
    session_lifetime: Seconds = timedelta(days=7)
    session_idle_timeout: Seconds = timedelta(days=1)
    rotation_grace_period: Seconds = timedelta(seconds=10)

    registration: bool = True
    password_minimum_length: int = Field(NIST_PASSWORD_MINIMUM_LENGTH, ge=8, le=64)
    password_link_lifetime: Seconds = timedelta(days=1)
    fresh_authentication_period: Seconds = timedelta(minutes=10)
    ended_session_retention: Seconds = timedelta(days=30)
    event_retention: Seconds = timedelta(days=180)

    allowed_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_comma_separated)] = ()
    demo_data: bool = True

    log_format: Literal["text", "json"] = "text"
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = "info"
    metrics_token: SecretStr = SecretStr("")
    prune_interval: Seconds = timedelta(minutes=10)

    argon2_memory_kib: int = Field(OWASP_ARGON2_MEMORY_KIB, ge=8)
    argon2_time_cost: int = Field(OWASP_ARGON2_TIME_COST, ge=1)
    argon2_parallelism: int = Field(OWASP_ARGON2_PARALLELISM, ge=1)

    @property
    def in_production(self) -> bool:
        """Whether this is the real thing, where what is unsafe is refused."""
        return self.environment == "production"

    @field_validator(
        "access_token_lifetime",
        "session_lifetime",
        "session_idle_timeout",
        "password_link_lifetime",
        "fresh_authentication_period",
        "event_retention",
    )
    @classmethod
    def _positive(cls, value: timedelta) -> timedelta:
        if value < timedelta(seconds=1):
            raise ValueError("must be at least one second")
        return value

    @field_validator("rotation_grace_period", "ended_session_retention", "prune_interval")
    @classmethod
    def _not_negative(cls, value: timedelta) -> timedelta:
        if value < timedelta(0):
            raise ValueError("must not be negative")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _long_enough_not_to_be_guessed(cls, token: SecretStr) -> SecretStr:
        if 0 < len(token.get_secret_value()) < MINIMUM_METRICS_TOKEN_LENGTH:
            raise ValueError(f"must have at least {MINIMUM_METRICS_TOKEN_LENGTH} characters")
        return token

    @field_validator("allowed_origins")
    @classmethod
    def _origins_have_a_scheme(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if origin != "*" and not origin.startswith(("http://", "https://")):
                raise ValueError(f"{origin!r} is not an origin: it has the form https://app.example.com")
        return origins

    @model_validator(mode="before")
    @classmethod
    def _demo_data_is_for_development(cls, values: dict) -> dict:
        values.setdefault("demo_data", values.get("environment", "development") != "production")
        return values

    @model_validator(mode="after")
    def _safe_in_production(self) -> "Settings":
        if self.in_production and (problems := self._unsafe()):
            raise UnsafeSettings(problems)
        if self.secret_key.get_secret_value() and not self._secret_key_is_long_enough():
            raise ValueError(f"RXAPP_SECRET_KEY is shorter than {MINIMUM_SECRET_KEY_BYTES} bytes")
        return self

    def _unsafe(self) -> list[str]:
        problems = []
        if not self._secret_key_is_long_enough():
            problems.append(
                f"RXAPP_SECRET_KEY is missing or shorter than {MINIMUM_SECRET_KEY_BYTES} bytes: "
                "whoever guesses it signs in as anybody. "
                'Make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        if "*" in self.allowed_origins:
            problems.append("RXAPP_ALLOWED_ORIGINS is *: any site could talk to this one. Name the origins.")
        if self.demo_data:
            problems.append("RXAPP_DEMO_DATA is true: everybody knows the demo user's password. Set it to false.")
        return problems

    def _secret_key_is_long_enough(self) -> bool:
        return len(self.secret_key.get_secret_value().encode()) >= MINIMUM_SECRET_KEY_BYTES

    def with_secret_key(self) -> "Settings":
        """These settings, with the development secret key from its file if none was configured."""
        if self.secret_key.get_secret_value():
            return self
        return self.model_copy(update={"secret_key": SecretStr(development_secret_key(DEVELOPMENT_SECRET_KEY_FILE))})


def development_secret_key(file: Path) -> str:
    """The secret key kept in `file`, made on first use; readable by its owner only.

    It is written aside and linked into place, so that of two processes starting together both read the same whole key.
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
        finally:
            draft.unlink()
    return file.read_text().strip()


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings().with_secret_key()
