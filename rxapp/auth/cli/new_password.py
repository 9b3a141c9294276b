"""Reads a new password from the terminal or from stdin. Never from an argument, because `ps` shows arguments to everybody."""

import getpass
import warnings

import typer

from rxapp.auth.cli.refusals import refuse


def new_password(*, from_stdin: bool) -> str:
    """The password, exactly as typed or as on stdin (one line)."""
    return _read_from_stdin() if from_stdin else _ask_twice()


def require_one_source(*, from_stdin: bool, by_link: bool) -> None:
    """Refuse both options together, as wrong usage."""
    if from_stdin and by_link:
        raise typer.BadParameter("give either --password-stdin or --link, not both")


def _ask_twice() -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)  # getpass would only warn, and show what is typed
        try:
            return typer.prompt("Password", hide_input=True, confirmation_prompt="Repeat it", err=True, show_default=False)
        except getpass.GetPassWarning:
            refuse("There is no terminal to ask for the password at. Give --password-stdin or --link.")


def _read_from_stdin() -> str:
    try:
        text = typer.get_binary_stream("stdin").read().decode()
    except UnicodeDecodeError:
        refuse("The password on stdin is not UTF-8 text.")
    password = text.removesuffix("\n").removesuffix("\r")
    if "\n" in password:
        refuse("There is more than one line on stdin. The password is one line.")
    return password
