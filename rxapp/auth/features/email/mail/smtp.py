"""Hands one message to the mail server."""

import asyncio
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from typing import TYPE_CHECKING

from rxapp.auth.core.settings.mail_settings import MailServer
from rxapp.auth.core.settings.settings import Settings

if TYPE_CHECKING:
    from aiosmtplib import SMTP

_STEPS = 1.5
"""A whole attempt takes at most so many times `smtp_timeout`, which counts for each step. `outbox.LEASE` is always longer."""

_PERMANENT = range(500, 600)
"""RFC 5321 §4.2.1: the same message will be refused again."""


@dataclass
class NotSent(Exception):
    """The server did not take the message, or nobody knows whether it did (`is_uncertain`). `why` has no secret."""

    why: str
    is_final: bool = False
    is_uncertain: bool = False


async def send(settings: Settings, server: MailServer, message: EmailMessage) -> None:
    """Send a message. Raises `NotSent`."""
    import aiosmtplib  # noqa: PLC0415  the extra may be missing

    is_about_message = has_begun = False
    try:
        async with asyncio.timeout(settings.smtp_timeout.total_seconds() * _STEPS):
            client = await connect(settings, server)
            try:
                await client.mail(message["From"].addresses[0].addr_spec)
                is_about_message = True
                await client.rcpt(message["To"].addresses[0].addr_spec)
                has_begun = True
                await client.data(message.as_bytes())
            finally:
                client.close()  # without waiting: after the answer to the data nothing depends on the server
    except aiosmtplib.SMTPResponseException as error:
        says = f"{error.code} {error.message}".replace("\n", " ")
        # Before that it is about us, such as our password there: the same message may be taken later.
        raise NotSent(says, is_final=is_about_message and error.code in _PERMANENT) from error
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise NotSent("; ".join(str(each) for each in error.recipients), is_final=True) from error
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        raise NotSent(f"{type(error).__name__}: {error}", is_uncertain=has_begun) from error


async def connect(settings: Settings, server: MailServer) -> "SMTP":
    """A connection that is encrypted and logged in as the settings say. Raises what `aiosmtplib` does."""
    import aiosmtplib  # noqa: PLC0415  the extra may be missing

    # It reads all certificates of the machine: tens of milliseconds, in which the event loop would serve nobody.
    context = await asyncio.to_thread(ssl.create_default_context) if server.encryption else None
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.encryption == "tls",
        start_tls=server.encryption == "starttls",
        timeout=settings.smtp_timeout.total_seconds(),
        tls_context=context,
    )
    await client.connect()
    try:
        if server.user_name:
            await client.login(server.user_name, server.password)
    except BaseException:
        client.close()
        raise
    return client
