"""Whether a page asks its person for a proof again or for a second factor, and the event that waits for it (ASVS 7.5.3)."""

from collections.abc import Sequence

import reflex as rx

from rxapp.auth.web.site.handler_policy import public


class ConfirmationState(rx.State):
    """`pages/parts/confirm.py` shows the dialog and checks the answer. The guards open it; `enter` closes it."""

    is_open: bool = False
    is_busy: bool = False
    error: str = ""
    wait: int = 0
    wants_factor: bool = False
    """Whether it asks for a second factor. If not, any proof will do."""
    methods: list[str] = []
    method: str = ""
    """The second factor that the dialog asks for now, of `methods`."""

    _interrupted: rx.event.Event | None = None
    _asked_at: str = ""
    """The path of the page that asks."""

    @rx.event
    @public
    async def cancel(self) -> None:
        """Close the dialog. The event that waited is dropped."""
        self._close()

    @rx.event
    @public
    async def choose(self, method: str) -> None:
        """Ask for another second factor."""
        if method in self.methods:
            self.method, self.error, self.wait = method, "", 0

    def _ask(self, interrupted: rx.event.Event, methods: Sequence[str], path: str, *, wants_factor: bool = False) -> None:
        """Open the dialog on the page at `path`. `methods` names what the person can give; one of them is enough."""
        self.methods, self._asked_at, self.wants_factor = list(methods), path, wants_factor
        self.method = methods[0] if methods else ""
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
