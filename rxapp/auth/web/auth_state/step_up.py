"""Asks the person on a page for more than their session has: a newer proof, or a second factor."""

from collections.abc import Callable

import reflex as rx

from rxapp.auth.core.errors import FreshAuthenticationRequired
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.login.strength import Strength, TwoFactorsRequired
from rxapp.auth.http.runtime.request_context import note_outcome
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.auth_state.confirmation import ConfirmationState
from rxapp.auth.web.site.registry import site


async def ask_for_factor_of_page(state: rx.State, identity: Identity, path: str, *, then: str) -> None:
    """On load: if the page needs a second factor and the session has none, ask for it, and call the handler `then` of `state`."""
    needed = site.requirement_at(state.router.url.path)
    if needed is not None and identity.has_role(*needed.roles):
        again = rx.event.Event(name=f"{state.get_full_name()}.{then}", payload={})
        await has_enough(state, identity, path=path, interrupted=lambda: again, strength=needed.strength)


async def has_enough(
    state: rx.State,
    identity: Identity,
    *,
    path: str,
    interrupted: Callable[[], rx.event.Event],
    is_fresh: bool = False,
    strength: Strength = Strength.ANY,
) -> bool:
    """Whether the session is fresh and strong enough. If not, the page at `path` has opened the dialog for what it lacks.

    `interrupted` makes the event that runs when the person has given it. If that lacks something else, the dialog asks again.
    """
    confirmation = get_service().confirmation
    try:
        if is_fresh:
            get_service().require_fresh(identity)
        if strength:
            await in_thread(confirmation.require_strength, identity, strength)
    except FreshAuthenticationRequired as error:
        note_outcome(error.code)
        methods = await in_thread(confirmation.methods_of, identity)
        (await state.get_state(ConfirmationState))._ask(interrupted(), methods, path)
        return False
    except TwoFactorsRequired as error:
        note_outcome(error.code)
        (await state.get_state(ConfirmationState))._ask(interrupted(), error.methods, path, wants_factor=True)
        return False
    return True
