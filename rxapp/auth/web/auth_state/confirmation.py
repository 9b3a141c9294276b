"""Whether a page asks its person for the password again, and the event that waits for it (ASVS 7.5.3)."""

import reflex as rx

from rxapp.auth.web.site.handler_policy import public


class ConfirmationState(rx.State):
    """`pages/confirm.py` shows it and checks the password; the guards and the pages' loading open and close it."""

    is_open: bool = False
    is_busy: bool = False
    error: str = ""
    wait: int = 0
    methods: list[str] = []

    _interrupted: rx.event.Event | None = None

    @rx.event
    @public
    async def cancel(self) -> None:
        """Go back to the page as it was; the event that waited does not happen."""
        self._close()

    def _ask(self, interrupted: rx.event.Event, methods: list[str]) -> None:
        """Ask for one of the proofs that the person has, by their methods."""
        self.methods = methods
        self.is_open, self.is_busy, self.error, self.wait, self._interrupted = True, False, "", 0, interrupted

    def _close(self) -> rx.event.Event | None:
        """Ask no more. Returns the event that waited."""
        interrupted = self._interrupted
        if self.is_open:
            self.is_open, self.is_busy, self.error, self.wait, self._interrupted = False, False, "", 0, None
        return interrupted
