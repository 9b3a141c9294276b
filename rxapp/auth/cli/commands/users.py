"""`users`: makes, lists, disables and changes accounts."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import typer

from rxapp.auth import User
from rxapp.auth.cli.new_password import new_password, require_one_source
from rxapp.auth.cli.opening import open_service
from rxapp.auth.cli.options import AsJson, ByLink, PasswordFromStdin, UserName, find_user
from rxapp.auth.cli.output import pluralize, print_json, print_table, printable
from rxapp.auth.core.accounts.users import has_password
from rxapp.auth.core.passwords.links import PresentedLink

DEFAULT_LIMIT = 50
MAXIMUM_NUMBER = 2**31 - 1
"""Every database accepts this number as a limit."""

app = typer.Typer(no_args_is_help=True, help="Make accounts, list them, let people in and keep them out.")


@app.command()
def create(
    name: UserName,
    *,
    display_name: Annotated[str, typer.Option(metavar="TEXT", help="The name that others see. [default: the user name]")] = "",
    role: Annotated[list[str] | None, typer.Option(metavar="ROLE", help="A role to give. Repeat it for more.")] = None,
    password_stdin: PasswordFromStdin = False,
    link: ByLink = False,
    as_json: AsJson = False,
) -> None:
    """Make an account. It asks for the password twice, unless an option says otherwise."""
    require_one_source(from_stdin=password_stdin, by_link=link)
    with open_service() as service:
        if link:
            user, token = service.administration.create_user(name, display_name, role or [])
            _print_link(user, token, f"Created {user.user_name}, who has no password yet.", as_json)
            return
        password = new_password(from_stdin=password_stdin)
        user = service.administration.create_user_with_password(name, display_name, role or [], password)
        _print_done(_facts(user), f"Created {user.user_name}.", as_json)


@app.command("list")
def list_users(
    *,
    search: Annotated[str, typer.Option(metavar="TEXT", help="Only users with this text in one of their names.")] = "",
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=MAXIMUM_NUMBER, help="How many at most.")] = DEFAULT_LIMIT,
    offset: Annotated[int, typer.Option(metavar="N", min=0, max=MAXIMUM_NUMBER, help="How many to skip at the start.")] = 0,
    as_json: AsJson = False,
) -> None:
    """List users, sorted by name, with the number of their active sessions."""
    with open_service() as service:
        total, users = service.administration.find_users(search, limit=limit, offset=offset)
        sessions = service.administration.count_sessions([user.id for user in users])
    if as_json:
        listed = [_facts(user) | {"sessions": sessions.get(user.id, 0)} for user in users]
        print_json({"total": total, "users": listed})
        return
    columns = ("NAME", "DISPLAY NAME", "ROLES", "DISABLED", "SESSIONS", "CREATED")
    print_table(columns, [_row(user, sessions.get(user.id, 0)) for user in users])
    typer.echo(f"{len(users)} of {pluralize(total, 'user')}", err=True)


@app.command()
def disable(name: UserName, *, as_json: AsJson = False) -> None:
    """Disable a user, and end their sessions at once."""
    with open_service() as service:
        user = find_user(service, name)
        ended = service.administration.disable(user.id)
        _print_ended(user, ended, f"Disabled {user.user_name}", as_json)


@app.command()
def enable(name: UserName, *, as_json: AsJson = False) -> None:
    """Enable a disabled user again."""
    with open_service() as service:
        user = find_user(service, name)
        service.administration.enable(user.id)
        _print_done({"user_name": user.user_name}, f"Enabled {user.user_name}.", as_json)


@app.command()
def rename(
    name: UserName,
    display_name: Annotated[str, typer.Argument(metavar="TEXT", help="The name that others see from now on.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Change the name that others see. The user name stays."""
    with open_service() as service:
        user = service.administration.rename(find_user(service, name).id, display_name)
        _print_done(_facts(user), f"{user.user_name} is shown as {user.display_name}.", as_json)


@app.command()
def delete(
    name: UserName, *, yes: Annotated[bool, typer.Option(help="Do not ask first.")] = False, as_json: AsJson = False
) -> None:
    """Delete a user for good, and end their sessions at once. It asks first, because this cannot be undone."""
    with open_service() as service:
        user = find_user(service, name)
        if not yes:
            typer.confirm(f"Delete {user.user_name} for good?", abort=True, err=True)
        ended = service.administration.delete(user.id)
        _print_ended(user, ended, f"Deleted {user.user_name}", as_json)


@app.command()
def set_roles(
    name: UserName,
    roles: Annotated[list[str] | None, typer.Argument(metavar="ROLE", help="The roles. Give none to remove all.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Give a user exactly these roles. It takes effect at once, also for signed-in users."""
    with open_service() as service:
        user = service.administration.set_roles(find_user(service, name).id, roles or [])
        _print_done(_facts(user), f"Roles of {user.user_name}: {', '.join(user.roles) or 'none'}.", as_json)


@app.command()
def set_password(
    name: UserName, *, password_stdin: PasswordFromStdin = False, link: ByLink = False, as_json: AsJson = False
) -> None:
    """Set a user's password and end their sessions. It asks for it twice, unless an option says otherwise.

    With --link nothing changes until the person has used the link.
    """
    require_one_source(from_stdin=password_stdin, by_link=link)
    with open_service() as service:
        user = find_user(service, name)
        if link:
            token = service.administration.issue_password_link(user.id)
            _print_link(user, token, f"Until it is used, the password of {user.user_name} stays as it is.", as_json)
            return
        ended = service.administration.set_password(user.id, new_password(from_stdin=password_stdin))
        _print_ended(user, ended, f"Set the password of {user.user_name}", as_json)


@app.command()
def reset_second_factor(name: UserName, *, as_json: AsJson = False) -> None:
    """Remove all second factors and passkeys of a user, and end their sessions. Afterwards their password alone is enough.

    Who has no password needs a link afterwards: `users set-password --link`. Do it only if you are sure who is asking.
    """
    with open_service() as service:
        user = find_user(service, name)
        ended = service.second_factors.reset(user.id)
        _print_ended(user, ended, f"Removed the second factors of {user.user_name}", as_json)
        if not as_json and not has_password(user):
            typer.echo(f"They have no password. Now run: python -m rxapp users set-password {printable(user.user_name)} --link")


def _print_link(user: User, token: str, sentence: str, as_json: bool) -> None:
    """Print the link. Its token is in the fragment, which browsers do not send, so that no server logs it."""
    path = f"/set-password#{token}"
    expires_at = PresentedLink.parse(token).expires_at
    if as_json:
        print_json({"user_name": user.user_name, "path": path, "expires_at": expires_at})
        return
    typer.echo(f"{sentence} Anybody who opens this path of the app by {printable(expires_at)} can set it, once:")
    typer.echo(path)


def _print_ended(user: User, ended: Sequence[UUID], sentence: str, as_json: bool) -> None:
    facts = {"user_name": user.user_name, "ended_sessions": ended}
    _print_done(facts, f"{sentence}; {pluralize(len(ended), 'session')} ended.", as_json)


def _print_done(facts: dict[str, Any], sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(facts)
    else:
        typer.echo(sentence)


def _facts(user: User) -> dict[str, Any]:
    """A user's columns for JSON output."""
    columns = ("id", "user_name", "display_name", "roles", "created_at", "disabled_at")
    return {column: getattr(user, column) for column in columns}


def _row(user: User, sessions: int) -> tuple[Any, ...]:
    return (user.user_name, user.display_name, ", ".join(user.roles), user.disabled_at or "", sessions, user.created_at)
