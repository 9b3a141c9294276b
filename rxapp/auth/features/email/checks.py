"""For `doctor`: whether the mail server takes messages, and how many wait or were given up."""

import asyncio
from collections.abc import Iterator

from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.doctor.findings import Finding, ok, problem, warning
from rxapp.auth.features.email.mail.smtp import connect
from rxapp.auth.features.email.rules import outbox

_CHECK = "e-mail"


def check(settings: Settings, database: Database) -> Iterator[Finding]:
    """Log in to the server as a worker does, send nothing, and say in one line what is in the outbox."""
    server, counts = settings.mail_server, outbox.counts(database)
    says = ", ".join(f"{number} {what.replace('_', ' ')}" for what, number in counts.items())
    if not settings.mail_link_page:
        yield problem(_CHECK, "no message has a link: the app's own address is not known", "Set RXAPP_PUBLIC_ORIGINS.")
    if server is None:
        yield warning(_CHECK, f"no server is set: messages can be read at /dev/mailbox ({says})", "Set RXAPP_SMTP_URL.")
        return
    try:
        asyncio.run(_say_hello(settings))
    except Exception as error:  # noqa: BLE001  whatever it is, no message is sent
        why = f"{server.host}:{server.port} does not take messages: {type(error).__name__}: {error}"
        yield problem(_CHECK, why, "Look at RXAPP_SMTP_URL, and at the server's log.")
        return
    report = warning if counts["given_up"] else ok
    rest = ("Look at /admin/mail, or run: python -m rxapp mail list",) if counts["given_up"] else ()
    yield report(_CHECK, f"{server.host}:{server.port} answers; {says}", *rest)


async def _say_hello(settings: Settings) -> None:
    server = settings.mail_server
    if server is not None:
        client = await connect(settings, server)
        await client.quit()
