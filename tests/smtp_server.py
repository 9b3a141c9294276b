# ruff: noqa: N802  the names of the commands are aiosmtpd's
"""A real SMTP server in a thread: it takes messages, refuses them, is slow, or hangs up at a chosen moment."""

import asyncio
import socket
import ssl
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from chaos.tls import make_certificate

USER, PASSWORD = "rxapp", "s3cret/pass"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Inbox:
    """A handler of aiosmtpd. `answers` are used one after the other; when none is left, messages are taken."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.envelopes: list[Envelope] = []
        self.answers: list[str] = []

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:
        if self.answers and self.answers[0].startswith("rcpt "):
            return self.answers.pop(0).removeprefix("rcpt ")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """`lost`: the message is taken, and the connection drops before the answer. `slow`: no answer at all."""
        answer = self.answers.pop(0) if self.answers else ""
        if answer in ("", "lost", "slow"):
            self.messages.append(message_from_bytes(envelope.content))
            self.envelopes.append(envelope)
        if answer == "lost":
            server.transport.abort()
        if answer == "slow":
            await asyncio.sleep(3_600)
        return answer or "250 OK"


class HangsUp(SMTP):
    """Drops the connection when the message is to come: before its end."""

    async def smtp_DATA(self, arg: str) -> None:
        if self.event_handler.answers and self.event_handler.answers[0] == "hang up":
            self.event_handler.answers.pop(0)
            await self.push("354 go on")
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return HangsUp(self.handler, **self.SMTP_kwargs)


@contextmanager
def smtp_server(**options):
    """The inbox and the port. `options` are those of aiosmtpd's `SMTP`."""
    inbox = Inbox()
    controller = _Controller(inbox, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield inbox, controller.port
    finally:
        controller.stop()


def authenticator(server, session, envelope, mechanism, data) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()), handled=False)


def self_signed(directory: Path) -> tuple[ssl.SSLContext, Path]:
    """A context for a server on 127.0.0.1, and the certificate that a client has to trust."""
    certificate, key = make_certificate(directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate
