"""Whether a person has come to a page, or is there still. What a page says to them belongs to the visit."""

import reflex as rx

from rxapp.auth.web.auth_state.state import AuthState


async def is_new_visit(state: rx.State) -> bool:
    """For handlers on load. False if the page is only loaded again, after a lost connection or because roles have changed."""
    return (await state.get_state(AuthState))._is_new_visit


async def visit_of(state: rx.State) -> int:
    """The number of the visit, for what belongs to one visit only, such as an open dialog.

    A click may come before the load of its page. It belongs to the visit that this load begins.
    """
    page = await state.get_state(AuthState)
    has_loaded = page._path_and_query() == page._loaded_path
    return page._visit if has_loaded else page._visit + 1
