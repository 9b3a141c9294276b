"""One page, and one state with one var."""

import reflex as rx


class PlainState(rx.State):
    """Counts clicks."""

    clicks: int = 0

    @rx.event
    def click(self) -> None:
        """One more."""
        self.clicks += 1


def index() -> rx.Component:
    """A button."""
    return rx.el.button(PlainState.clicks, on_click=PlainState.click)


app = rx.App()
app.add_page(index, route="/")
