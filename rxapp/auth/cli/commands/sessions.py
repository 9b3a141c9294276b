"""`sessions`: lists and ends sessions."""

from typing import Annotated
from uuid import UUID

import typer

from rxapp.auth.cli.opening import open_service
from rxapp.auth.cli.options import AsJson, find_user
from rxapp.auth.cli.output import pluralize, print_json, print_table
from rxapp.auth.cli.refusals import refuse

app = typer.Typer(no_args_is_help=True, help="List who is signed in where, and end sessions.")

_COLUMNS = ("id", "user_name", "device", "address", "created_at", "last_used_at", "expires_at")


@app.command("list")
def list_sessions(
    *,
    user: Annotated[str | None, typer.Option(metavar="NAME", help="Only the sessions of this user.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the active sessions, the last used first. One session is one login on one device."""
    with open_service() as service:
        if user is None:
            facts = [session._asdict() for session in service.administration.all_sessions()]
        else:
            owner = find_user(service, user)
            sessions = service.administration.sessions_of(owner.id)
            facts = [{"user_name": owner.user_name, **session._asdict()} for session in sessions]
    if as_json:
        print_json({"sessions": facts})
    else:
        headings = [column.removesuffix("_at").replace("_", " ").upper() for column in _COLUMNS]
        print_table(headings, [[session[column] for column in _COLUMNS] for session in facts])


@app.command()
def revoke(
    session_id: Annotated[
        UUID | None, typer.Argument(metavar="SESSION_ID", help="The session to end, as `sessions list` shows it.")
    ] = None,
    *,
    user: Annotated[str | None, typer.Option(metavar="NAME", help="End all sessions of this user instead.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="End all sessions of everybody instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """End a session, all sessions of a user, or all. It takes effect at once: the next click there leads to the login page."""
    if [session_id is not None, user is not None, everybody].count(True) != 1:
        raise typer.BadParameter("give either a session id, --user or --all")
    with open_service() as service:
        if everybody:
            ended = service.administration.end_all_sessions()
        elif session_id is None:
            ended = service.administration.end_sessions(find_user(service, user or "").id)
        elif service.administration.end_session(session_id):
            ended = [session_id]
        else:
            refuse(f"There is no open session {session_id}.")
    if as_json:
        print_json({"ended_sessions": ended})
    else:
        typer.echo(f"{pluralize(len(ended), 'session')} ended.")
