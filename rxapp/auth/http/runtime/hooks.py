"""Hooks: what the app does when somebody logs in, makes an account or logs out."""

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
    """An account that has just been made. `extra_fields` are the form's further fields, unchecked."""

    user_id: UUID
    user_name: str
    display_name: str
    extra_fields: Mapping[str, str] = field(default_factory=dict)


LoginHook = Callable[[Identity], Awaitable[None]]
RegistrationHook = Callable[[Registration], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Hooks:
    """Each hook is awaited. It can refuse a login or a registration by raising an error. It cannot refuse a logout."""

    on_login: LoginHook | None = None
    on_register: RegistrationHook | None = None
    on_log_out: LoginHook | None = None

    async def logged_in(self, pair: TokenPair, client: Client) -> None:
        """Call `on_login` before anybody gets the pair. If it raises, the session is ended and the error goes on."""
        if self.on_login is None:
            return
        identity = await verify_access(pair.access_token, client, received=False)
        try:
            await self.on_login(identity)
        except BaseException:
            await in_thread(get_service().revoke, identity.session_id, RevocationReason.SESSION_REVOKED, client)
            raise

    async def registered(self, registration: Registration, client: Client) -> None:
        """Call `on_register` before the person is logged in. If it raises, the account is removed and the error goes on."""
        if self.on_register is None:
            return
        try:
            await self.on_register(registration)
        except BaseException:
            await in_thread(get_service().accounts.undo_registration, registration.user_id, client)
            raise

    async def signed_out(self, identity: Identity | None) -> None:
        """Call `on_log_out` after the session has ended. Nothing can undo that, so an error is only logged."""
        if self.on_log_out is None or identity is None:
            return
        try:
            await self.on_log_out(identity)
        except Exception:
            logger.exception("on_log_out failed")


NO_HOOKS = Hooks()
"""For an app without hooks."""

_hooks = NO_HOOKS


def use_hooks(hooks: Hooks) -> None:
    """Set the hooks of this app."""
    global _hooks
    _hooks = hooks


def get_hooks() -> Hooks:
    """The hooks of this app."""
    return _hooks
