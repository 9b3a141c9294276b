"""Components and vars that Reflex has and does not offer by a public name."""

from typing import Any, cast

from reflex_components_core import react_router
from reflex_components_core.base import error_boundary as boundary
from reflex_components_core.core import banner

link = react_router.link
"""Needs: React Router's link, as a bare `<a>`.
Why: `rx.link` is Radix's, and its theme and styles weigh more than the rest of a page.
Without it: `rx.link` looks and works the same for a person, and each page is larger."""

error_boundary = cast(Any, boundary).error_boundary  # a checker takes this module for a function of the same name
"""Needs: the component that catches what goes wrong while a page is drawn.
Why: it takes any view in place of the page; the ready-made one of Reflex shows a stack trace to everybody.
Without it: the app's own page for this case is never shown."""

cannot_connect = banner.has_too_many_connection_errors
"""Needs: the var that is true in a browser after two attempts to connect that have failed.
Why: an app without Reflex's toaster says so in a notice of ours.
Without it: the page looks well while nothing that is clicked arrives."""
