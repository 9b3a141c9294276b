"""What the app around us wants to do when somebody signs in, makes an account or signs out."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from rxapp.auth.core.errors import RevocationReason
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.tokens.token_pair import TokenPair
from rxapp.auth.http.runtime.service import get_service, in_thread, verify_access

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Registration:
    """An account that has just been made. `extra_fields` is what the form had besides our own fields, unchecked."""

    user_id: UUID
    user_name: str
    display_name: str
    extra_fields: Mapping[str, str] = field(default_factory=dict)


LoginHook = Callable[[Identity], Awaitable[None]]
RegistrationHook = Callable[[Registration], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Hooks:
    """Each is awaited. Of a login and a registration it may make a refusal by raising an error; a sign-out stands in any case."""

    on_login: LoginHook | None = None
    on_register: RegistrationHook | None = None
    on_log_out: LoginHook | None = None

    async def logged_in(self, pair: TokenPair, client: Client) -> None:
        """Before anybody gets the pair. If the hook raises, the session is ended and the error goes on."""
        if self.on_login is None:
            return
        identity = await verify_access(pair.access_token, client, received=False)
        try:
            await self.on_login(identity)
        except BaseException:
            await in_thread(get_service().revoke, identity.session_id, RevocationReason.SESSION_REVOKED, client)
            raise

    async def registered(self, registration: Registration, client: Client) -> None:
        """Before the person is let in. If the hook raises, the account is removed again and the error goes on."""
        if self.on_register is None:
            return
        try:
            await self.on_register(registration)
        except BaseException:
            await in_thread(get_service().accounts.undo_registration, registration.user_id, client)
            raise

    async def signed_out(self, identity: Identity | None) -> None:
        """After the session has ended, which nothing can undo: an error is logged."""
        if self.on_log_out is None or identity is None:
            return
        try:
            await self.on_log_out(identity)
        except Exception:
            logger.exception("on_log_out failed")


NO_HOOKS = Hooks()
"""For an app that does nothing of its own."""

_hooks = NO_HOOKS


def use_hooks(hooks: Hooks) -> None:
    """From now on these are awaited."""
    global _hooks
    _hooks = hooks


def get_hooks() -> Hooks:
    """Those of this app."""
    return _hooks
