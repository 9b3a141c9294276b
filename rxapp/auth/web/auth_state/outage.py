"""What a page says and does while the database or Redis is away. Nobody is logged out because of it, and the page stays."""

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

_send_tasks: set[asyncio.Task[None]] = set()


class OutageState(rx.State):
    """The sentence that `pages/notices/outage_notice.py` shows, or empty."""

    sentence: str = ""

    @rx.event
    @public
    async def tell(self, is_outcome_known: bool) -> None:
        """Say that something could not be done. If a browser calls this, only its own page says it."""
        self.sentence = outage_in_words(is_outcome_known=is_outcome_known is not False)

    @rx.event
    @public
    async def dismiss(self) -> None:
        """Hide the sentence."""
        self._clear()

    def _clear(self) -> None:
        """The database has just answered this page, so the sentence is out of date."""
        if self.sentence:
            self.sentence = ""


send_to_anyone(OutageState.get_full_name(), "sentence")


def telling_outages(otherwise: Callable[[Exception], Any]) -> Callable[[Exception], Any]:
    """A backend exception handler for Reflex: the page says the outage, and the log gets one line. `otherwise` handles the rest.

    Work that ends because the page no longer belongs to its session is no failure.
    """

    def handle_event_exception(exception: Exception) -> Any:
        if isinstance(exception, REDIS_AWAY):
            logger.error("an event could not be handled: Redis did not answer: %s", type(exception).__name__)
            return _tell_without_state()
        if isinstance(exception, AdmittedNoMore):  # from a handler without a guard: its work just ends
            return None
        if not isinstance(exception, DatabaseUnavailable):
            return otherwise(exception)
        logger.error("an event could not be handled: %s", exception)
        return OutageState.tell(exception.is_outcome_known)

    return handle_event_exception


def _tell_without_state() -> None:
    """Send the sentence alone. `OutageState.tell` would need page state, which is away. The next connection clears the sentence.

    The outcome is unknown: state is written after the handler, so it may have run.
    """
    sentence = {f"sentence{FIELD_MARKER}": DatabaseUnavailable.in_words(is_outcome_known=False)}
    telling = asyncio.get_running_loop().create_task(send_now({OutageState.get_full_name(): sentence}))
    _send_tasks.add(telling)
    telling.add_done_callback(_send_tasks.discard)
