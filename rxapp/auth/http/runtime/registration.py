"""Making an account and logging in with it, with the hooks of the app: for the page and over HTTP alike."""

from collections.abc import Mapping

from rxapp.auth.core.errors import AuthError
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.core.tokens.token_pair import TokenPair
from rxapp.auth.http.runtime.hooks import Registration, get_hooks
from rxapp.auth.http.runtime.service import get_service, in_hashing_thread

_NO_FIELDS: Mapping[str, str] = {}


async def register(
    user_name: str, display_name: str, password: str, client: Client, *, extra_fields: Mapping[str, str] = _NO_FIELDS
) -> TokenPair:
    """Make an account; returns the pair of its first login. `extra_fields` are for `on_register`.

    Raises what `Accounts.register` and `AuthService.log_in` raise, `Overloaded`, and what a hook raises. After
    `LoginIncomplete` the account is there.
    """
    registration, login = await in_hashing_thread(
        _register_and_log_in, user_name, display_name, password, client, extra_fields=extra_fields
    )
    await get_hooks().registered(registration, client)
    if isinstance(login, LoginIncomplete):
        raise login
    await get_hooks().logged_in(login, client)
    return login


def _register_and_log_in(
    user_name: str, display_name: str, password: str, client: Client, *, extra_fields: Mapping[str, str]
) -> tuple[Registration, TokenPair | LoginIncomplete]:
    """In one call, so that nobody who has been let into the line is turned away between the two.

    Where the login is refused, for want of a device's key or for a proof that was used before, no account is left behind: its
    person has been told that there is none, and could not make it again.
    """
    service = get_service()
    user = service.accounts.register(user_name, display_name, password, client)
    registration = Registration(user.id, user.user_name, user.display_name, extra_fields)
    try:
        return registration, service.log_in(user_name, password, client)
    except LoginIncomplete as incomplete:
        return registration, incomplete
    except AuthError:
        service.accounts.undo_registration(user.id, client)
        raise
