"""The task that sends messages while the app runs. Every worker has one; each message is sent by one of them."""

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator

from sqlalchemy.exc import SQLAlchemyError

from rxapp.auth.core.audit import signals
from rxapp.auth.core.database.outages import DatabaseUnavailable
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.email.mail.compose import NothingToSend, message_of
from rxapp.auth.features.email.mail.smtp import NotSent, send
from rxapp.auth.features.email.rules import outbox
from rxapp.auth.features.email.rules.outbox import StoredMail
from rxapp.auth.http.runtime.service import get_service, in_thread

POLL_SECONDS = 5.0
"""Another worker, or the command line, may have queued a message. One indexed look-up."""

STOP_SECONDS = 5.0
"""At the end of the app, so long a message may take that is just being sent. Otherwise another worker sends it again."""

SETTLING_SECONDS = (0.05, 1.5)
"""A message is queued inside of a transaction, and can be read when that has ended. The moment at which it is sent is random: to
send one takes time, which shows in the answers to others, and nobody shall see by it whether there was a message to be sent.
"""

logger = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[None]:
    """A lifespan task: send messages while the app runs. A message that is just being sent is sent to its end."""
    stopping = asyncio.Event()
    task = asyncio.create_task(keep_sending(get_service(), stopping))
    yield
    stopping.set()
    await asyncio.wait([task], timeout=STOP_SECONDS)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def keep_sending(service: AuthService, stopping: asyncio.Event) -> None:
    """Send what is due, and wait for more, until `stopping` is set."""
    loop, queued = asyncio.get_running_loop(), asyncio.Event()

    def notice(what: str, detail: str, _value: float) -> None:
        if what == signals.MAIL and detail == "queued":
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(queued.set)

    signals.observe(notice)
    try:
        while not stopping.is_set():
            try:
                while not stopping.is_set() and await send_next(service):
                    pass
            except (SQLAlchemyError, DatabaseUnavailable) as error:  # an outage: the next round sends what is due
                logger.warning("no message could be sent: %s", type(error).__name__)
            except Exception:
                logger.exception("a message could not be sent")
            waits = [asyncio.ensure_future(event.wait()) for event in (queued, stopping)]
            await asyncio.wait(waits, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
            await asyncio.sleep(random.uniform(*SETTLING_SECONDS))  # noqa: S311  it is not a secret
            queued.clear()
    finally:
        signals.observe_no_more(notice)


async def send_next(service: AuthService) -> bool:
    """Send the message that is due for the longest time, and note how that ended. False if none is due."""
    claimed = await in_thread(outbox.claim, service.database, service.clock())
    if claimed is None:
        return False
    try:
        await _send(service, claimed)
    except NotSent as error:
        facts = {"is_final": error.is_final, "is_uncertain": error.is_uncertain}
        await in_thread(outbox.note_failed, service.database, claimed, service.clock(), error.why, **facts)
        logger.warning("message %s was not sent at attempt %s: %s", claimed.id, claimed.tries, error.why)
    else:
        await in_thread(outbox.note_sent, service.database, claimed, service.clock())
    return True


async def _send(service: AuthService, claimed: StoredMail) -> None:
    """Send the message. Without a server, in development, it can be read at `/dev/mailbox`. Raises `NotSent`."""
    try:
        message = await in_thread(message_of, service, claimed)
    except NothingToSend:
        raise NotSent("what it was about has ended", is_final=True) from None
    except (SQLAlchemyError, DatabaseUnavailable):
        raise
    except Exception as error:  # such as in a template of the app, or a kind of message that only newer workers know
        logger.exception("message %s could not be made", claimed.id)
        raise NotSent(f"it could not be made: {type(error).__name__}") from error
    server = service.settings.mail_server
    if server is not None:
        await send(service.settings, server, message)
