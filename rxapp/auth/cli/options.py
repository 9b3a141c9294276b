"""Arguments and options that several commands share."""

from typing import Annotated

import typer

from rxapp.auth import AuthService, User
from rxapp.auth.cli.output import printable
from rxapp.auth.cli.refusals import refuse

UserName = Annotated[str, typer.Argument(metavar="NAME", help="The user name, in any letter case.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, on stdout.")]
PasswordFromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from stdin (one line) instead of asking for it.")
]
ByLink = Annotated[
    bool, typer.Option("--link", help="Print a one-time link with which the person sets the password, instead of asking for one.")
]


def find_user(service: AuthService, name: str) -> User:
    """The user with that name. If there is none, the process ends with a sentence."""
    user = service.administration.find_user(name)
    if user is None:
        refuse(f"There is no user {printable(name)}.")
    return user
