"""What a page is told and does while the database is away. Nobody is signed out for it, and what is shown stays."""

import logging
from collections.abc import Callable
from typing import Any

import reflex as rx

from rxapp.auth.outages import DatabaseUnavailable
from rxapp.auth.web.policy import public
from rxapp.auth.web.refusals import outage_in_words

logger = logging.getLogger(__name__)


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
        self._take_back()

    def _take_back(self) -> None:
        """The database has just answered this page: what could not be done before is old news."""
        if self.sentence:
            self.sentence = ""


def telling_outages(otherwise: Callable[[Exception], Any]) -> Callable[[Exception], Any]:
    """A backend exception handler for Reflex: outages are told in the page and logged in a line; the rest is `otherwise`'s."""

    def handle_event_exception(exception: Exception) -> Any:
        if not isinstance(exception, DatabaseUnavailable):
            return otherwise(exception)
        logger.error("an event could not be handled: %s", exception)
        return OutageState.tell(exception.is_outcome_known)

    return handle_event_exception
