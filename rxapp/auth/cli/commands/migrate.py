"""`migrate`: updates the tables of rxapp.auth."""

from typing import Annotated

import typer
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from rxapp.auth import AUTH_HISTORY, DatabaseUnavailable, TableTaken
from rxapp.auth.cli.opening import open_database, open_settings
from rxapp.auth.cli.options import AsJson
from rxapp.auth.cli.output import print_json
from rxapp.auth.cli.refusals import describe_database_error, refuse
from rxapp.auth.core.database.postgresql_server import DatabaseRefused
from rxapp.auth.migrations.removal import BASE, TablesInUse, remove_tables

BackTo = Annotated[
    str,
    typer.Option(
        metavar="REVISION",
        help="Undo all migrations after this revision, before an older release runs. base removes all our tables.",
    ),
]


def migrate(*, back_to: BackTo = "", as_json: AsJson = False) -> None:
    """Bring the tables of rxapp.auth to the newest revision. It does nothing if they are there already.

    It never changes the app's own tables. If the app's migrations include ours, run those with Alembic instead.
    """
    settings = open_settings()
    database = open_database(settings)
    try:
        if back_to == BASE:
            remove_tables(database)
        elif back_to:
            AUTH_HISTORY.downgrade(database, back_to)
        else:
            AUTH_HISTORY.migrate(database)
    except (TableTaken, TablesInUse, CommandError, DatabaseRefused) as error:
        refuse(str(error))
    except (DatabaseUnavailable, DBAPIError) as error:
        refuse(describe_database_error(error, settings.database_url))
    finally:
        database.dispose()
    reached = back_to or AUTH_HISTORY.newest_revision
    if as_json:
        print_json({"revision": reached})
    elif back_to == BASE:
        typer.echo("The tables of rxapp.auth are removed.")
    else:
        typer.echo(f"The tables of rxapp.auth are at {reached}.")
