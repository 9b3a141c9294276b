"""How administrators make accounts: a part of `Administration`."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlmodel import Session

from rxapp.auth.core.accounts import users
from rxapp.auth.core.accounts.actor import OPERATOR, Actor
from rxapp.auth.core.accounts.confusable_names import add_distinct, require_unambiguous
from rxapp.auth.core.accounts.new_passwords import ChosenPassword, NewPasswords
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.identity.role_names import clean_roles
from rxapp.auth.core.passwords.links import PasswordLinks, end_links
from rxapp.auth.core.settings.settings import Settings

AlsoStored = Callable[[Connection, User], None]
"""Stores more of a new user, in the transaction in which the user is stored."""


class UserCreation:
    """Threads share one instance."""

    def __init__(
        self, settings: Settings, database: Database, clock: Clock, new_passwords: NewPasswords, links: PasswordLinks
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._new_passwords = new_passwords
        self._links = links

    def create_user(
        self,
        user_name: str,
        display_name: str,
        roles: list[str],
        actor: Actor = OPERATOR,
        *,
        also: AlsoStored = lambda _db, _user: None,
    ) -> tuple[User, str]:
        """Make an account without a password. Also returns the token of a link with which the person sets one.

        Raises `InvalidUserName`, `UserNameTaken`, `InvalidRole`, and what `also` raises. Then nothing is stored.
        """
        user = self._new_user(user_name, display_name, roles)
        self._store(user, actor, also)
        return user, self._links.issue(user)

    def create_user_with_password(
        self, user_name: str, display_name: str, roles: list[str], password: str, actor: Actor = OPERATOR
    ) -> User:
        """Make an account with this password.

        Raises `InvalidUserName`, `UserNameTaken`, `InvalidRole` or `PasswordRefused`.
        """
        user = self._new_user(user_name, display_name, roles)
        self._chosen(password, user).give_to(user)
        self._store(user, actor, lambda _db, _user: None)
        return user

    def _new_user(self, user_name: str, display_name: str, roles: list[str]) -> User:
        user = users.new_user(user_name, display_name, users.unset_password_hash(), clean_roles(roles), self._clock())
        require_unambiguous(user.user_name, self._settings)
        end_links(user)
        return user

    @retry_on_outage
    def _store(self, user: User, actor: Actor, also: AlsoStored) -> None:
        with self._database.write() as db:
            add_distinct(db, user)
            self._record(db, EventKind.USER_CREATED, user.id, actor, ", ".join(user.roles))
            also(db.connection(), user)

    def _chosen(self, password: str, user: User) -> ChosenPassword:
        self._new_passwords.require_good(password, user)
        return self._new_passwords.chosen(password, user)

    def _record(self, db: Session, kind: EventKind, user_id: UUID, actor: Actor, detail: str = "") -> None:
        facts: dict[str, Any] = {"actor_id": actor.user_id, "client": actor.client, "detail": detail}
        events.record(db.connection(), kind, self._clock(), user_id=user_id, **facts)
