"""`mail list`, `mail retry`, `mail test`, and `users invite`."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from typing import Annotated
from uuid import UUID

import typer

from rxapp.auth.cli.opening import open_service as open_any_service
from rxapp.auth.cli.options import AsJson, UserName
from rxapp.auth.cli.output import pluralize, print_json, print_table
from rxapp.auth.cli.refusals import refuse
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.email.mail.compose import sender_of
from rxapp.auth.features.email.mail.smtp import NotSent, send
from rxapp.auth.features.email.rules import outbox
from rxapp.auth.features.email.rules.addresses import mailbox_in
from rxapp.auth.features.email.rules.invitations import Invited, invite
from rxapp.auth.features.email.rules.outbox import StoredMail

_LIMIT = 50

mail = typer.Typer(no_args_is_help=True, help="Look at the messages to be sent, try again, and try the mail server.")

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="An e-mail address.")]


@contextmanager
def open_service() -> Iterator[AuthService]:
    """The service. Where e-mail is off, the command ends with a sentence: nothing would be sent."""
    with open_any_service() as service:
        if not service.settings.has_email:
            refuse("E-mail is off: set RXAPP_SMTP_URL, or RXAPP_EMAIL=optional in development.")
        yield service


def add_commands(groups: Mapping[str, typer.Typer]) -> Mapping[str, typer.Typer]:
    """Add `users invite`. Returns the group `mail`."""
    groups["users"].command("invite")(invite_user)
    return {"mail": mail}


def invite_user(
    name: UserName,
    address: Address,
    *,
    display_name: Annotated[str, typer.Option(metavar="TEXT", help="The name that others see. [default: the user name]")] = "",
    role: Annotated[list[str] | None, typer.Option(metavar="ROLE", help="A role to give. Repeat it for more.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make an account, and send its person a link with which they choose a password."""
    with open_service() as service:
        user = invite(service, Invited(address, name, display_name, role or []))
    if as_json:
        print_json({"id": user.id, "user_name": user.user_name})
    else:
        typer.echo(f"Created {user.user_name}. The running app sends the link.")


@mail.command("list")
def list_mail(
    *,
    given_up: Annotated[bool, typer.Option("--given-up", help="Only those that were given up.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the messages, the newest first. What they say is not stored."""
    with open_service() as service:
        found = outbox.newest(service.database, limit=_LIMIT, only_given_up=given_up)
    if as_json:
        columns = ("id", "kind", "recipient", "created_at", "sent_at", "given_up_at", "tries", "uncertain", "last_error")
        print_json([{column: getattr(each, column) for column in columns} for each in found])
    else:
        print_table(("ID", "KIND", "TO", "CREATED", "STATE", "LAST ERROR"), [_row(each) for each in found])


@mail.command("retry")
def retry_mail(
    mail_id: Annotated[UUID | None, typer.Argument(metavar="ID", help="One message. [default: all that were given up]")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Try again to send messages that were given up. The running app does it."""
    with open_service() as service:
        given_up = outbox.newest(service.database, limit=_LIMIT, only_given_up=True)
        wanted = [each.id for each in given_up if mail_id in (None, each.id)]
        retried = sum(outbox.retry(service.database, each, service.clock()) for each in wanted)
    if mail_id is not None and not retried:
        refuse("There is no such message that was given up.")
    if as_json:
        print_json({"retried": retried})
    else:
        typer.echo(f"{pluralize(retried, 'message')} will be tried again.")


@mail.command("test")
def send_test(address: Address, *, as_json: AsJson = False) -> None:
    """Send a message to an address, now, and say what the server answered."""
    with open_service() as service:
        settings, recipient = service.settings, mailbox_in(address).address
    server = settings.mail_server
    if server is None:
        refuse("RXAPP_SMTP_URL is not set.")
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "A test", sender_of(settings), recipient
    message.set_content("If you read this, messages arrive.")
    try:
        asyncio.run(send(settings, server, message))
    except NotSent as error:
        refuse(f"It was not sent: {error.why}")
    if as_json:
        print_json({"recipient": recipient, "server": server.host})
    else:
        typer.echo("The server has taken the message.")


def _row(each: StoredMail) -> tuple[object, ...]:
    ended: datetime | None = each.sent_at or each.given_up_at
    state = "sent" if each.sent_at else "given up" if each.given_up_at else "waits"
    return (each.id, each.kind, each.recipient, each.created_at, f"{state} {ended or ''}".strip(), each.last_error)
