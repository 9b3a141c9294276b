"""Configuration: read once from the environment and `.env`, validated at start, passed to all code that needs it."""

import os
import re
import sys
from datetime import timedelta
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from rxapp.auth.core.settings import private_directory
from rxapp.auth.core.settings import secret_key as secret_keys
from rxapp.auth.core.settings.database_limits import DatabaseLimits
from rxapp.auth.core.settings.env_file import ENCODING, ENV_FILE, require_readable
from rxapp.auth.core.settings.mail_settings import MailSettings
from rxapp.auth.core.settings.production_checks import require_safe
from rxapp.auth.core.settings.provider_settings import ProviderSettings
from rxapp.auth.core.settings.second_factor_policy import Policy, SecondFactorPolicy
from rxapp.auth.core.settings.values import DatabaseUrl, LogLevel, Origins, RedisUrl, Seconds, Secrets

MINIMUM_METRICS_TOKEN_LENGTH = 22
"""Characters: 128 bits in base64url, too many to guess at any number of attempts."""

OWASP_ARGON2_MEMORY_KIB = 19_456
OWASP_ARGON2_TIME_COST = 2
OWASP_ARGON2_PARALLELISM = 1
"""OWASP Password Storage cheat sheet, argon2id: m=19456 (19 MiB), t=2, p=1."""

NIST_PASSWORD_MINIMUM_LENGTH = 15
"""NIST SP 800-63B-4 §3.1.1.2: a password that is the only factor has at least 15 characters."""

NIST_PASSWORD_MINIMUM_LENGTH_OF_TWO = 8
"""The same: a password that is one of two factors has at least 8."""

BODY_LIMIT_BYTES = 1024 * 1024
"""For the body of any request. Our own routes take short forms only, and allow less."""

WEBSOCKET_MESSAGE_LIMIT_BYTES = 256 * 1024
"""Reflex allows 1 MB. A browser's largest event is the report of its local storage: a few KB, unless somebody tampers with it."""


class Settings(MailSettings, ProviderSettings):
    """Every number and switch of the app, each defined once. Durations are read as seconds and kept as `timedelta`."""

    model_config = SettingsConfigDict(
        env_prefix="RXAPP_",
        env_nested_delimiter="__",  # RXAPP_PROVIDERS__GOOGLE__CLIENT_ID
        env_file=ENV_FILE,
        env_file_encoding=ENCODING,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,  # an error about a secret must not show it
    )

    environment: Literal["development", "production"] = "development"
    app_name: str = Field(default="", max_length=64)
    database_url: DatabaseUrl = Field(default=private_directory.DATABASE_URL, validation_alias="DATABASE_URL")
    redis_url: RedisUrl = Field(default=None, validation_alias="REDIS_URL")
    plain_network: bool = False
    sqlite_synchronous: Literal["FULL", "NORMAL"] = "FULL"
    database_pooler: Literal["", "transaction"] = ""
    database_pool_size: int = Field(default=DatabaseLimits.pool_size, ge=2)
    database_pool_timeout: Seconds = DatabaseLimits.pool_timeout
    database_connect_timeout: Seconds = DatabaseLimits.connect_timeout
    database_lock_timeout: Seconds = DatabaseLimits.lock_timeout
    database_statement_timeout: Seconds = DatabaseLimits.statement_timeout

    secret_key: SecretStr = SecretStr("")
    previous_secret_keys: Secrets = ()
    access_token_algorithm: Literal["HS256", "EdDSA", "ES256"] = "HS256"
    issuer: str = Field(default="rxapp", min_length=1)
    audience: str = Field(default="rxapp", min_length=1)
    access_token_lifetime: Seconds = timedelta(minutes=5)
    session_lifetime: Seconds = timedelta(days=7)
    session_idle_timeout: Seconds = timedelta(days=1)
    rotation_grace_period: Seconds = timedelta(seconds=10)
    require_device_key: bool = False
    second_factor: Policy = SecondFactorPolicy()
    registration: bool = True
    password_minimum_length: int = Field(default=NIST_PASSWORD_MINIMUM_LENGTH, ge=8, le=64)
    password_minimum_length_with_second_factor: int = Field(default=NIST_PASSWORD_MINIMUM_LENGTH_OF_TWO, ge=8, le=64)
    renew_refused_passwords: bool = False
    password_link_lifetime: Seconds = timedelta(days=1)
    fresh_authentication_period: Seconds = timedelta(minutes=10)
    trusted_device_lifetime: Seconds = timedelta(days=30)
    ended_session_retention: Seconds = timedelta(days=30)
    event_retention: Seconds = timedelta(days=180)

    login_rate_limit: int = Field(default=5, ge=0)
    login_address_rate_limit: int = Field(default=50, ge=0)
    refresh_rate_limit: int = Field(default=30, ge=0)
    registration_rate_limit: int = Field(default=30, ge=0)
    mail_rate_limit: int = Field(default=5, ge=0)
    login_queue_limit: int = Field(default=100, ge=1)

    allowed_origins: Origins = ()
    passkey_rp_id: str = Field(default="", max_length=253)
    passkey_origins: Origins = ()
    trusted_proxy_hops: int = Field(default=0, ge=0, le=8)
    connections_per_address: int = Field(default=200, ge=0)
    body_limit: int = Field(default=BODY_LIMIT_BYTES, ge=1024)
    websocket_message_limit: int = Field(default=WEBSOCKET_MESSAGE_LIMIT_BYTES, ge=16 * 1024)
    api_docs: bool = True
    demo_data: bool = True

    log_format: Literal["text", "json"] = "text"
    log_level: LogLevel = "info"
    metrics_token: SecretStr = SecretStr("")
    prune_interval: Seconds = timedelta(minutes=10)

    argon2_memory_kib: int = Field(default=OWASP_ARGON2_MEMORY_KIB, ge=8)
    argon2_time_cost: int = Field(default=OWASP_ARGON2_TIME_COST, ge=1)
    argon2_parallelism: int = Field(default=OWASP_ARGON2_PARALLELISM, ge=1)

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The secret key, followed by the previous ones, in plain text."""
        return tuple(secret.get_secret_value() for secret in (self.secret_key, *self.previous_secret_keys))

    @property
    def password_minimum_of_two(self) -> int:
        """The shortest password where a second factor is asked for. A password that is the only factor is never allowed less."""
        return min(self.password_minimum_length_with_second_factor, self.password_minimum_length)

    @property
    def in_production(self) -> bool:
        """Whether the environment is production, where unsafe settings are refused."""
        return self.environment == "production"

    @property
    def database_limits(self) -> DatabaseLimits:
        """The limits for PostgreSQL. SQLite has its own."""
        return DatabaseLimits(
            pool_size=self.database_pool_size,
            pool_timeout=self.database_pool_timeout,
            connect_timeout=self.database_connect_timeout,
            lock_timeout=self.database_lock_timeout,
            statement_timeout=self.database_statement_timeout,
            has_pooler=bool(self.database_pooler),
        )

    @field_validator(
        "access_token_lifetime",
        "session_lifetime",
        "session_idle_timeout",
        "password_link_lifetime",
        "fresh_authentication_period",
        "event_retention",
        "database_pool_timeout",
        "database_connect_timeout",
        "database_lock_timeout",
        "database_statement_timeout",
    )
    @classmethod
    def _positive(cls, value: timedelta) -> timedelta:
        if value < timedelta(seconds=1):
            raise ValueError("must be at least one second")
        return value

    @field_validator("rotation_grace_period", "trusted_device_lifetime", "ended_session_retention", "prune_interval")
    @classmethod
    def _not_negative(cls, value: timedelta) -> timedelta:
        if value < timedelta(0):
            raise ValueError("must not be negative")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _metrics_token_is_long_enough(cls, token: SecretStr) -> SecretStr:
        if 0 < len(token.get_secret_value()) < MINIMUM_METRICS_TOKEN_LENGTH:
            raise ValueError(f"must have at least {MINIMUM_METRICS_TOKEN_LENGTH} characters")
        return token

    @field_validator("public_origins", "passkey_origins")
    @classmethod
    def _public_origins_are_addresses(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        if "*" in origins:
            raise ValueError("'*' is no address: name each, as in https://app.example.com")
        return origins

    @field_validator("allowed_origins", "public_origins", "passkey_origins")
    @classmethod
    def _origins_have_a_scheme(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if origin != "*" and not _is_origin(origin):
                raise ValueError(f"{origin!r} is not an origin: it has the form https://app.example.com")
        return origins

    @field_validator("passkey_rp_id")
    @classmethod
    def _rp_id_is_a_host_name(cls, name: str) -> str:
        if name and not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", name):
            raise ValueError(f"{name!r} is no host name in small letters, such as example.com")
        return name

    @model_validator(mode="before")
    @classmethod
    def _demo_data_and_docs_are_for_development(cls, values: dict) -> dict:
        for switch in ("demo_data", "api_docs"):
            values.setdefault(switch, values.get("environment", "development") != "production")
        return values

    @model_validator(mode="after")
    def _safe_in_production(self) -> "Settings":
        if self.in_production:
            require_safe(self, os.environ, sys.argv)
        if self.secret_key.get_secret_value() and not secret_keys.is_long_enough(self.secret_key):
            raise ValueError(f"RXAPP_SECRET_KEY is shorter than {secret_keys.MINIMUM_BYTES} bytes")
        if not all(map(secret_keys.is_long_enough, self.previous_secret_keys)):
            raise ValueError(f"RXAPP_PREVIOUS_SECRET_KEYS: each has at least {secret_keys.MINIMUM_BYTES} bytes")
        return self

    def with_secret_key(self) -> "Settings":
        """These settings. If no secret key is configured, with the development key from its file."""
        if self.secret_key.get_secret_value():
            return self
        private_directory.move_secret_key()
        return self.model_copy(update={"secret_key": SecretStr(secret_keys.development_secret_key(private_directory.SECRET_KEY))})

    def with_database_in_place(self) -> "Settings":
        """These settings. If no database is configured, with the default one, moved from its former place if it is there."""
        if self.database_url != private_directory.DATABASE_URL:
            return self
        return self.model_copy(update={"database_url": private_directory.default_database_url()})


def _is_origin(text: str) -> bool:
    """Whether the text is a scheme, a host and perhaps a port, and nothing else, as browsers send it (RFC 6454 §6.1)."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and text == f"{parts.scheme}://{parts.netloc}"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once. Raises `EnvFileRefused`."""
    require_readable()
    return Settings().with_secret_key().with_database_in_place()
