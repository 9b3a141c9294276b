"""Refusals of the command line: one sentence on stderr, and exit code 1."""

from typing import NoReturn

import typer
from pydantic import ValidationError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from rxapp.auth import DatabaseUnavailable, Settings
from rxapp.auth.core.extras import ExtraNotInstalled, require_reflex


def refuse(sentence: str) -> NoReturn:
    """Print the sentence on stderr and exit with 1."""
    typer.echo(sentence, err=True)
    raise typer.Exit(1)


def refuse_without_reflex(command: str) -> None:
    """Say what to install and exit, where `command` has no Reflex to work with."""
    try:
        require_reflex(f"rxapp {command}")
    except ExtraNotInstalled as error:
        refuse(str(error))


def describe_settings_error(error: ValidationError) -> str:
    """The names of the invalid settings, and what is wrong. Never their values: one may be the secret key."""
    return "Settings: " + "; ".join(_describe(problem["loc"], problem["msg"]) for problem in error.errors()) + "."


def _describe(location: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    if not location:  # the message itself names the setting
        return message
    name = str(location[0])
    return f"RXAPP_{name.upper()}: {message}" if name in Settings.model_fields else f"{name}: {message}"


def describe_database_error(error: DatabaseUnavailable | DBAPIError, database_url: str) -> str:
    """The database's URL without the password, and the driver's message."""
    where = make_url(database_url).set(query={}).render_as_string(hide_password=True)
    said = str(error.orig).strip().split("\n")[0].rstrip(".")
    return f"The database {where} cannot be used: {said}."
