"""What administrators do with all accounts. Callers must check first that the actor is an administrator."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from rxapp.auth.core.accounts import user_list, users
from rxapp.auth.core.accounts.actor import OPERATOR, Actor
from rxapp.auth.core.accounts.event_list import EventList
from rxapp.auth.core.accounts.user_creation import UserCreation
from rxapp.auth.core.accounts.user_list import UserOrder
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import RevocationReason
from rxapp.auth.core.identity import user_names
from rxapp.auth.core.identity.role_names import clean_roles
from rxapp.auth.core.passwords.links import end_links
from rxapp.auth.core.sessions import device_trust
from rxapp.auth.core.sessions import statements as sessions
from rxapp.auth.core.sessions.revocation import end_session, end_sessions_of
from rxapp.auth.core.sessions.rows import ListedSession, ListedSessionOfUser


class Administration(EventList, UserCreation):
    """Threads share one instance."""

    def find_users(
        self, search: str = "", *, limit: int, offset: int = 0, order: UserOrder = UserOrder.NAME, is_descending: bool = False
    ) -> tuple[int, Sequence[User]]:
        """The number of users with this text in one of their names, in any letter case, and a page of them in this order."""
        with self._database.read() as db:
            return user_list.find_users(db, search, limit=limit, offset=offset, order=order, is_descending=is_descending)

    def last_seen(self, user_ids: Sequence[UUID]) -> dict[UUID, datetime]:
        """When each of these users was last seen. Who never was, or so long ago that no session is kept, is left out."""
        with self._database.read() as db:
            return user_list.last_seen(db, user_ids)

    def get_user(self, user_id: UUID) -> User:
        """One user. Raises `NotFound`."""
        with self._database.read() as db:
            return users.get_user(db, user_id)

    def find_user(self, user_name: str) -> User | None:
        """The user of that name, if there is one."""
        with self._database.read() as db:
            return users.find_user(db, user_name)

    def count_sessions(self, user_ids: Sequence[UUID]) -> dict[UUID, int]:
        """The number of active sessions of each of these users. Users without one are left out."""
        now = self._clock()
        with self._database.connect() as db:
            return sessions.count_active(db, user_ids, now, now - self._settings.session_idle_timeout)

    def sessions_of(self, user_id: UUID) -> Sequence[ListedSession]:
        """A user's active sessions, the last used first."""
        now = self._clock()
        with self._database.connect() as db:
            return sessions.active_of(db, user_id, now, now - self._settings.session_idle_timeout)

    def all_sessions(self) -> Sequence[ListedSessionOfUser]:
        """All active sessions, each with its `user_name`, the last used first."""
        now = self._clock()
        with self._database.connect() as db:
            return sessions.all_active(db, now, now - self._settings.session_idle_timeout)

    @retry_on_outage
    def set_password(self, user_id: UUID, password: str, actor: Actor = OPERATOR) -> list[UUID]:
        """Set a user's password and end all their sessions, whose ids are returned. Raises `NotFound` or `PasswordRefused`."""
        chosen = self._chosen(password, self.get_user(user_id))
        with self._database.write() as db:
            chosen.give_to(users.lock_user(db, user_id))
            self._record(db, EventKind.PASSWORD_SET, user_id, actor)
            db.flush()
            return self._end_sessions(db, user_id, RevocationReason.PASSWORD_CHANGED, actor)

    @retry_on_outage
    def issue_password_link(self, user_id: UUID, actor: Actor = OPERATOR) -> str:
        """The token of a link with which the person sets a new password. The old password stays valid until then.

        All earlier links end. Raises `NotFound`.
        """
        with self._database.write() as db:
            user = users.lock_user(db, user_id)
            end_links(user)
            self._record(db, EventKind.PASSWORD_LINK_ISSUED, user.id, actor)
        return self._links.issue(user)

    def set_roles(self, user_id: UUID, roles: list[str], actor: Actor = OPERATOR) -> User:
        """Give a user exactly these roles, with immediate effect. Raises `NotFound`, `InvalidRole` or `LastAdministrator`."""
        return self._change_roles(user_id, lambda _held: roles, actor)

    def give_role(self, user_id: UUID, role: str, actor: Actor = OPERATOR) -> User:
        """Give a user one more role. Raises as `set_roles`."""
        return self._change_roles(user_id, lambda held: [*held, role], actor)

    def take_role(self, user_id: UUID, role: str, actor: Actor = OPERATOR) -> User:
        """Take one role from a user. Raises as `set_roles`."""
        return self._change_roles(user_id, lambda held: [other for other in held if other != role], actor)

    @retry_on_outage
    def _change_roles(self, user_id: UUID, change: Callable[[list[str]], list[str]], actor: Actor) -> User:
        with self._database.write() as db:
            users.lock_administrators(db, user_id)
            user = users.lock_user(db, user_id)
            held, roles = user.roles, clean_roles(change(user.roles), user.roles)
            if user_names.ADMIN_ROLE not in roles:
                users.require_another_administrator(db, user_id)
            if roles != held:
                user.roles = roles
                end_links(user)
                self._record(db, EventKind.ROLES_CHANGED, user_id, actor, f"{_in_words(held)} → {_in_words(roles)}")
        return user

    @retry_on_outage
    def disable(self, user_id: UUID, actor: Actor = OPERATOR) -> list[UUID]:
        """Disable a user and end all their sessions, whose ids are returned. Raises `NotFound` or `LastAdministrator`."""
        now = self._clock()
        with self._database.write() as db:
            users.require_another_administrator(db, user_id)
            user = users.lock_user(db, user_id)
            user.disabled_at = user.disabled_at or now
            end_links(user)
            self._record(db, EventKind.USER_DISABLED, user_id, actor)
            db.flush()
            return self._end_sessions(db, user_id, RevocationReason.USER_DISABLED, actor)

    @retry_on_outage
    def enable(self, user_id: UUID, actor: Actor = OPERATOR) -> None:
        """Enable a disabled user again. Raises `NotFound`."""
        with self._database.write() as db:
            users.lock_user(db, user_id).disabled_at = None
            self._record(db, EventKind.USER_ENABLED, user_id, actor)

    @retry_on_outage
    def rename(self, user_id: UUID, display_name: str, actor: Actor = OPERATOR) -> User:
        """Change a user's display name. Raises `NotFound` or `InvalidUserName`."""
        with self._database.write() as db:
            user = users.lock_user(db, user_id)
            users.set_display_name(user, display_name)
            self._record(db, EventKind.USER_RENAMED, user_id, actor)
        return user

    @retry_on_outage
    def delete(self, user_id: UUID, actor: Actor = OPERATOR) -> list[UUID]:
        """Delete a user for good. Returns the ids of the ended sessions. Raises `NotFound` or `LastAdministrator`."""
        with self._database.write() as db:
            users.require_another_administrator(db, user_id)
            users.lock_user(db, user_id)
            ended = self._end_sessions(db, user_id, RevocationReason.ACCOUNT_DELETED, actor)
            self._record(db, EventKind.USER_DELETED, user_id, actor)
            users.delete_user(db, user_id)
        return ended

    @retry_on_outage
    def end_sessions(self, user_id: UUID, actor: Actor = OPERATOR) -> list[UUID]:
        """End all sessions of a user, and the trust in all their devices. Returns the ids of those that were active."""
        with self._database.write() as db:
            users.find_and_lock(db, user_id)  # so that no login that is just beginning leaves trust behind
            return self._end_sessions(db, user_id, RevocationReason.ENDED_BY_ADMINISTRATOR, actor)

    def end_session_of(self, user_id: UUID, session_id: str, actor: Actor = OPERATOR) -> list[UUID]:
        """End one session of a user. Returns its id, or an empty list if it is not active or not theirs."""
        wanted = [session.id for session in self.sessions_of(user_id) if str(session.id) == session_id]
        return [session_id for session_id in wanted if self.end_session(session_id, actor)]

    @retry_on_outage
    def end_session(self, session_id: UUID, actor: Actor = OPERATOR) -> bool:
        """End one session of any user, and the trust in its device. False if it is not active."""
        reason, client = RevocationReason.ENDED_BY_ADMINISTRATOR, actor.client
        with self._database.transaction() as db:
            return end_session(db, session_id, reason, self._clock(), ends_trust=True, client=client, actor_id=actor.user_id)

    def end_all_sessions(self, actor: Actor = OPERATOR) -> list[UUID]:
        """End all sessions, and the trust in all devices, each in its own transaction, so that others wait only briefly.

        Returns the ids of the ended sessions.
        """
        with self._database.connect() as db:
            trusting = device_trust.owners(db)
        for user_id in trusting:
            self._end_trust_of(user_id, actor)
        return [session.id for session in self.all_sessions() if self.end_session(session.id, actor)]

    @retry_on_outage
    def _end_trust_of(self, user_id: UUID, actor: Actor) -> None:
        with self._database.transaction() as db:
            device_trust.end_trust_of(db, user_id, self._clock(), client=actor.client, actor_id=actor.user_id)

    def _end_sessions(self, db: Session, user_id: UUID, reason: RevocationReason, actor: Actor) -> list[UUID]:
        return end_sessions_of(db.connection(), user_id, reason, self._clock(), client=actor.client, actor_id=actor.user_id)


def _in_words(roles: list[str]) -> str:
    return ", ".join(roles) or "none"
