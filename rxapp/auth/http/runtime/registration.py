"""Makes an account and logs in with it, with the hooks of the app. The page and the HTTP route both use it."""

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
    """Make an account, and return the pair of its first login. `extra_fields` are for `on_register`.

    Raises what `Accounts.register`, `AuthService.log_in` and the hooks raise, and `Overloaded`. After `LoginIncomplete` the
    account exists.
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
    """Register and log in, in one call. So a full line cannot refuse the login after the registration.

    If the login is refused, because there is no device key or because the proof was used before, the account is removed. The
    person is told that the registration failed, and could otherwise not register that name again.
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
