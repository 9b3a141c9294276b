"""Whether a page asks its person for the password again, and the event that waits for it (ASVS 7.5.3)."""

import reflex as rx

from rxapp.auth.web.site.handler_policy import public


class ConfirmationState(rx.State):
    """`pages/parts/confirm.py` shows the dialog and checks the password. The guards open it; `enter` closes it."""

    is_open: bool = False
    is_busy: bool = False
    error: str = ""
    wait: int = 0
    methods: list[str] = []

    _interrupted: rx.event.Event | None = None
    _asked_at: str = ""
    """The path of the page that asks."""

    @rx.event
    @public
    async def cancel(self) -> None:
        """Close the dialog. The event that waited is dropped."""
        self._close()

    def _ask(self, interrupted: rx.event.Event, methods: list[str], path: str) -> None:
        """Open the dialog on the page at `path`. `methods` names the proofs that the person can give; one of them is enough."""
        self.methods, self._asked_at = methods, path
        self.is_open, self.is_busy, self.error, self.wait, self._interrupted = True, False, "", 0, interrupted

    def _leave(self, path: str) -> None:
        """Close the dialog if it belongs to another page than that at `path`. Somebody may click before their page has loaded."""
        if self._asked_at != path:
            self._close()

    def _close(self) -> rx.event.Event | None:
        """Close the dialog. Returns the event that waited."""
        interrupted = self._interrupted
        if self.is_open:
            self.is_open, self.is_busy, self.error, self.wait, self._interrupted = False, False, "", 0, None
        return interrupted
