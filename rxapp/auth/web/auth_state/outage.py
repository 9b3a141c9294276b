"""What a page says and does when an event has failed: the database or Redis is away, or something is broken.

Nobody is logged out because of it, and the page stays. A form that was busy can be used again.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import reflex as rx
from cachetools import TTLCache
from redis.exceptions import RedisError

from rxapp.auth.core.database.outages import DatabaseUnavailable
from rxapp.auth.http.runtime.request_context import begin_request
from rxapp.auth.web.open_pages.redis_return import wait_for_redis
from rxapp.auth.web.page_session.connections import send_to_anyone
from rxapp.auth.web.page_session.work import AdmittedNoMore
from rxapp.auth.web.reflex_internals.app import default_backend_exception_handler
from rxapp.auth.web.reflex_internals.events import FIELD_MARKER, FailedEvent, send_now, take_failed_event
from rxapp.auth.web.reflex_internals.state_managers import LockExpired
from rxapp.auth.web.reflex_internals.state_trees import send_again
from rxapp.auth.web.site.handler_policy import public
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import outage_in_words

BUSY = "is_busy"
"""The var of a form's state by which the form waits for its handler. It becomes False if the handler fails."""

logger = logging.getLogger(__name__)

_numbers: TTLCache[tuple[object, ...], str] = TTLCache(maxsize=1_024, ttl=60)
"""The number of each failure of the last minute, by page, state and kind."""

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
        """Hide the sentence, also one that was sent without this state."""
        self.sentence = ""
        send_again(self, "sentence")

    def _clear(self) -> None:
        """The database has just answered this page, so the sentence is out of date."""
        if self.sentence:
            self.sentence = ""


send_to_anyone(OutageState.get_full_name(), "sentence")


def telling_failures(otherwise: Callable[[Exception], Any]) -> Callable[[Exception], Any]:
    """A backend exception handler for Reflex: the page says in words that an event has failed, and the log says why.

    `otherwise` is the app's own handler, for errors that are neither outages nor refusals. Reflex's default is left out: its log
    shows the text of the error, which may contain what was sent, and our Content-Security-Policy blocks its notice. Work that
    ends because the page no longer belongs to its session is no failure.
    """

    def handle_event_exception(exception: Exception) -> Any:
        failed = take_failed_event()
        if isinstance(exception, AdmittedNoMore):  # from a handler without a guard: its work just ends
            return None
        if isinstance(exception, DatabaseUnavailable):
            logger.error("an event could not be handled: %s", exception)
            _send_without_state(failed)
            return OutageState.tell(exception.is_outcome_known)
        if isinstance(exception, (RedisError, LockExpired)):
            logger.error("an event could not be handled: Redis did not do its work: %s", type(exception).__name__)
            # The outcome is unknown: state is written after the handler, so it may have run.
            _send_without_state(failed, outage_in_words(is_outcome_known=False))
            if failed is not None and not failed.is_an_act:
                wait_for_redis(failed.client_token)
            return None
        number = _number_in_log(exception, failed)
        _send_without_state(failed, site.texts.notices.failed.format(request_id=number))
        return None if otherwise is default_backend_exception_handler else otherwise(exception)

    return handle_event_exception


def _number_in_log(exception: Exception, failed: FailedEvent | None) -> str:
    """Log the failure. Returns the id in its lines.

    The same failure on the same page is logged once a minute: whoever sends bad events all the time must not fill the log.
    """
    kind = (failed.client_token, failed.state, type(exception)) if failed else (type(exception),)
    number = _numbers.get(kind)
    if number is None:
        number = _numbers[kind] = begin_request(failed.request_id if failed else "").request_id
        logger.error("an event handler failed", exc_info=exception)
    return number


def _send_without_state(failed: FailedEvent | None, sentence: str = "") -> None:
    """Send the sentence alone, and that the form is busy no longer. The page's state may be what is away, or what is broken.

    The next connection clears the sentence.
    """
    delta: dict[str, dict[str, Any]] = {}
    if failed is not None and BUSY in failed.state.get_fields():
        send_to_anyone(failed.state.get_full_name(), BUSY)
        delta[failed.state.get_full_name()] = {f"{BUSY}{FIELD_MARKER}": False}
    if sentence:
        delta[OutageState.get_full_name()] = {f"sentence{FIELD_MARKER}": sentence}
    if delta:
        telling = asyncio.get_running_loop().create_task(send_now(delta))
        _send_tasks.add(telling)
        telling.add_done_callback(_send_tasks.discard)
