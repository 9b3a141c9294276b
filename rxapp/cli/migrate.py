"""`migrate`: bring the tables of rxapp.auth up to date."""

import typer
from sqlalchemy.exc import DBAPIError

from rxapp.auth import AUTH_HISTORY, DatabaseUnavailable, TableTaken
from rxapp.cli.opening import open_database, open_settings
from rxapp.cli.options import AsJson
from rxapp.cli.output import print_json
from rxapp.cli.refusals import describe_database_error, refuse


def migrate(*, as_json: AsJson = False) -> None:
    """Bring the tables of rxapp.auth to the newest revision; harmless when they are there already.

    The app's own tables are another matter, and so are ours if the app's own migrations include them: run those with Alembic.
    """
    settings = open_settings()
    database = open_database(settings)
    try:
        AUTH_HISTORY.migrate(database)
    except TableTaken as error:
        refuse(str(error))
    except (DatabaseUnavailable, DBAPIError) as error:
        refuse(describe_database_error(error, settings.database_url))
    finally:
        database.dispose()
    if as_json:
        print_json({"revision": AUTH_HISTORY.newest_revision})
    else:
        typer.echo(f"The tables of rxapp.auth are at {AUTH_HISTORY.newest_revision}.")
