"""`keys`: list and rotate the keys that sign tokens."""

from dataclasses import asdict, fields

import typer

from rxapp.auth.cli.opening import open_service
from rxapp.auth.cli.options import AsJson
from rxapp.auth.cli.output import pluralize, print_json, print_table, printable
from rxapp.auth.core.features import rewrappers_of
from rxapp.auth.core.maintenance import key_rotation
from rxapp.auth.core.maintenance.key_rotation import KeyDescription, KeyState

app = typer.Typer(no_args_is_help=True, help="List and rotate the keys that sign tokens.")

_COLUMNS = tuple(field.name for field in fields(KeyDescription))


@app.command("list")
def list_keys(*, as_json: AsJson = False) -> None:
    """List the keys, the oldest first; a key without dates is RXAPP_SECRET_KEY itself, or a previous one.

    The current key signs. An upcoming key will sign once every process knows it. A kept key only verifies older tokens, until
    `prune` finds that nothing needs it. An unreadable key is encrypted under a secret key that is not configured.
    """
    with open_service() as service:
        keys = [asdict(key) for key in key_rotation.describe_keys(service.settings, service.database, service.clock)]
    if as_json:
        print_json({"algorithm": service.settings.access_token_algorithm, "keys": keys})
    else:
        headings = [column.replace("_", " ").upper() for column in _COLUMNS]
        print_table(headings, [["" if key[column] is None else key[column] for column in _COLUMNS] for key in keys])


@app.command()
def rotate(*, as_json: AsJson = False) -> None:
    """Make a new key, which signs in two minutes. Nobody is signed out: the other keys still verify their tokens.

    Keys, and the secrets of devices for one-time codes, that are encrypted under one of RXAPP_PREVIOUS_SECRET_KEYS are encrypted
    again under RXAPP_SECRET_KEY.
    """
    with open_service() as service:
        arguments = (service.settings, service.database, service.clock)
        key = key_rotation.rotate(*arguments, rewrappers_of(service.features))
        unreadable = [other.kid for other in key_rotation.describe_keys(*arguments) if other.state is KeyState.UNREADABLE]
    if as_json:
        print_json({"kid": key.kid, "active_from": key.active_from, "unreadable": unreadable})
        return
    typer.echo(f"Key {key.kid} signs from {printable(key.active_from)}.")
    if unreadable:
        typer.echo(f"No configured secret key decrypts {pluralize(len(unreadable), 'key')}: {', '.join(unreadable)}.", err=True)
