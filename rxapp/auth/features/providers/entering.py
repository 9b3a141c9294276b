"""Logging in with a ticket, with the hooks of the app. The page and the HTTP route both use it."""

from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.login.login import LoggedIn
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.features.providers.rules import login
from rxapp.auth.http.runtime.hooks import Registration, get_hooks
from rxapp.auth.http.runtime.service import get_service, in_thread


async def log_in(ticket: str, client: Client) -> LoggedIn:
    """Log in. Raises what `rules.login.log_in` and the hooks raise, and `LoginIncomplete` if a stage is due."""
    entered = await in_thread(login.log_in, get_service(), ticket, client)
    if entered.new_user is not None:
        new = entered.new_user
        await get_hooks().registered(Registration(new.id, new.user_name, new.display_name), client)
    if isinstance(entered.login, LoginIncomplete):
        raise entered.login
    await get_hooks().logged_in(entered.login.pair, client)
    return entered.login
