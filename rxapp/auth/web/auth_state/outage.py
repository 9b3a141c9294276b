"""What a page is told and does while the database or Redis is away. Nobody is signed out for it, and what is shown stays."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import reflex as rx
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from rxapp.auth.core.database.outages import DatabaseUnavailable
from rxapp.auth.web.page_session.connections import send_to_anyone
from rxapp.auth.web.page_session.work import AdmittedNoMore
from rxapp.auth.web.reflex_internals.events import FIELD_MARKER, send_now
from rxapp.auth.web.site.handler_policy import public
from rxapp.auth.web.site.wording import outage_in_words

REDIS_AWAY = (RedisConnectionError, RedisTimeoutError)

logger = logging.getLogger(__name__)

_tellings: set[asyncio.Task[None]] = set()


class OutageState(rx.State):
    """The sentence that `pages/outage_notice.py` shows, or nothing."""

    sentence: str = ""

    @rx.event
    @public
    async def tell(self, is_outcome_known: bool) -> None:
        """Say that something could not be done. A browser that calls this tells itself."""
        self.sentence = outage_in_words(is_outcome_known=is_outcome_known is not False)

    @rx.event
    @public
    async def dismiss(self) -> None:
        """Take it back."""
        self._clear()

    def _clear(self) -> None:
        """The database has just answered this page: what could not be done before is old news."""
        if self.sentence:
            self.sentence = ""


send_to_anyone(OutageState.get_full_name(), "sentence")


def telling_outages(otherwise: Callable[[Exception], Any]) -> Callable[[Exception], Any]:
    """A backend exception handler for Reflex: outages are told in the page and logged in a line; the rest is `otherwise`'s.

    Work that ends because the page is not its person's any more is no failure.
    """

    def handle_event_exception(exception: Exception) -> Any:
        if isinstance(exception, REDIS_AWAY):
            logger.error("an event could not be handled: Redis did not answer: %s", type(exception).__name__)
            return _tell_without_state()
        if isinstance(exception, AdmittedNoMore):  # of a handler without a guard: its work just ends
            return None
        if not isinstance(exception, DatabaseUnavailable):
            return otherwise(exception)
        logger.error("an event could not be handled: %s", exception)
        return OutageState.tell(exception.is_outcome_known)

    return handle_event_exception


def _tell_without_state() -> None:
    """`OutageState.tell` would have to read and write page state, and that is what is away. Connecting anew takes it back.

    The handler may have run: state is written after it.
    """
    sentence = {f"sentence{FIELD_MARKER}": DatabaseUnavailable.in_words(is_outcome_known=False)}
    telling = asyncio.get_running_loop().create_task(send_now({OutageState.get_full_name(): sentence}))
    _tellings.add(telling)
    telling.add_done_callback(_tellings.discard)
