"""Components and vars of Reflex that have no public name."""

from typing import Any, cast

from reflex_components_core import react_router
from reflex_components_core.base import error_boundary as boundary
from reflex_components_core.core import banner

link = react_router.link
"""Needs: React Router's link, as a plain `<a>`.
Why: `rx.link` is Radix's, and its theme and styles are larger than the rest of a page.
Without it: `rx.link` looks and works the same, and each page is larger."""

error_boundary = cast(Any, boundary).error_boundary  # type checkers confuse this module with a function of the same name
"""Needs: the component that catches errors while a page is rendered.
Why: it shows any view in place of the page. Reflex's default view shows a stack trace to everybody.
Without it: the app's own error page is never shown."""

cannot_connect = banner.has_too_many_connection_errors
"""Needs: the var that is true in a browser after two failed attempts to connect.
Why: in an app without Reflex's toaster, our notice says so.
Without it: the page looks normal while no click reaches the server."""
