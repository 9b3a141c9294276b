"""Opens settings, database and service for a command, and turns their errors into one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.exc import ArgumentError, DBAPIError

from rxapp.auth import (
    AUTH_HISTORY,
    AuthError,
    AuthService,
    Database,
    DatabaseNotMigrated,
    DatabaseUnavailable,
    Settings,
    UnsafeSettings,
    get_settings,
)
from rxapp.auth.cli.refusals import describe_database_error, describe_settings_error, refuse
from rxapp.auth.core.database.postgresql_server import DatabaseRefused
from rxapp.auth.core.errors import Misconfigured
from rxapp.auth.core.extras import ExtraNotInstalled
from rxapp.auth.core.settings.env_file import EnvFileRefused


@contextmanager
def open_service() -> Iterator[AuthService]:
    """The service with the configured database. A refusal or an outage inside of the block ends the process with one sentence."""
    settings = open_settings()
    database = open_database(settings)
    try:
        AUTH_HISTORY.require_migrated(database)
        yield AuthService(settings, database)
    except (AuthError, DatabaseNotMigrated, DatabaseRefused, Misconfigured, ExtraNotInstalled) as error:
        refuse(str(error))
    except (DatabaseUnavailable, DBAPIError) as error:
        refuse(describe_database_error(error, settings.database_url))
    finally:
        database.dispose()


def open_settings() -> Settings:
    """The settings. Invalid and unsafe ones end the process."""
    try:
        return read_settings()
    except UnsafeSettings as error:
        refuse(str(error))


def read_settings() -> Settings:
    """The settings. Raises `UnsafeSettings`. Invalid settings end the process."""
    try:
        return get_settings()
    except ValidationError as error:
        refuse(describe_settings_error(error))
    except (SettingsError, EnvFileRefused) as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{error.filename} cannot be read or made: {error.strerror}.")


def open_database(settings: Settings) -> Database:
    """The configured database. An invalid URL ends the process."""
    try:
        return Database.of(settings)
    except (ArgumentError, ImportError, ValueError) as error:
        if isinstance(error, ModuleNotFoundError) and error.name == "psycopg":
            refuse(str(ExtraNotInstalled("A PostgreSQL database", "psycopg", "postgres", "psycopg")))
        refuse("DATABASE_URL is neither sqlite:///… nor postgresql+psycopg://….")
