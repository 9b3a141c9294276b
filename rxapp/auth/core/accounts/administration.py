"""What administrators do with everyone's accounts. Whoever calls has made sure that the actor is one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from rxapp.auth.core.accounts import users
from rxapp.auth.core.accounts.clear_names import add_distinct, require_clear
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventFilter, EventKind
from rxapp.auth.core.audit.rows import ListedEvent
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.outages import repeated
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import RevocationReason
from rxapp.auth.core.identity import user_names
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.identity.role_names import clean_roles
from rxapp.auth.core.passwords.hasher import PasswordHasher
from rxapp.auth.core.passwords.links import PasswordLinks, end_links
from rxapp.auth.core.passwords.policy import require_good_password
from rxapp.auth.core.sessions import statements as sessions
from rxapp.auth.core.sessions.revocation import end_session, end_sessions_of
from rxapp.auth.core.sessions.rows import ListedSession, ListedSessionOfUser
from rxapp.auth.core.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class Actor:
    """Who administers, and from where. No `user_id` is the operator at the command line."""

    user_id: UUID | None = None
    client: Client = NO_CLIENT


OPERATOR = Actor()


class Administration:
    """Threads share one instance."""

    def __init__(
        self, settings: Settings, database: Database, clock: Clock, passwords: PasswordHasher, links: PasswordLinks
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._passwords = passwords
        self._links = links

    def find_users(self, search: str = "", *, limit: int, offset: int = 0) -> tuple[int, Sequence[User]]:
        """How many users have the text in either name, in any letter case, and `limit` of them in the order of their names."""
        key = user_names.user_name_key(search)
        if not user_names.may_be_in_a_name(key):
            return 0, []
        matching = col(User.search_key).contains(key, autoescape=True)
        with self._database.read() as db:
            total = db.exec(select(func.count()).select_from(User).where(matching)).one()
            page = select(User).where(matching).order_by(col(User.user_name_key)).limit(limit).offset(offset)
            return total, db.exec(page).all()

    def get_user(self, user_id: UUID) -> User:
        """One user. Raises `NotFound`."""
        with self._database.read() as db:
            return users.get_user(db, user_id)

    def find_user(self, user_name: str) -> User | None:
        """The user of that name, if there is one."""
        with self._database.read() as db:
            return users.find_user(db, user_name)

    def count_sessions(self, user_ids: Sequence[UUID]) -> dict[UUID, int]:
        """How many sessions stand of each of these users; those who have none are left out."""
        now = self._clock()
        with self._database.connect() as db:
            return sessions.count_active(db, user_ids, now, now - self._settings.session_idle_timeout)

    def sessions_of(self, user_id: UUID) -> Sequence[ListedSession]:
        """A user's sessions that stand, the last used first."""
        now = self._clock()
        with self._database.connect() as db:
            return sessions.active_of(db, user_id, now, now - self._settings.session_idle_timeout)

    def all_sessions(self) -> Sequence[ListedSessionOfUser]:
        """Everybody's sessions that stand, each with its `user_name`, the last used first."""
        now = self._clock()
        with self._database.connect() as db:
            return sessions.all_active(db, now, now - self._settings.session_idle_timeout)

    def create_user(self, user_name: str, display_name: str, roles: list[str], actor: Actor = OPERATOR) -> tuple[User, str]:
        """Make an account without a password, and the token of the link with which its person sets one.

        Raises `InvalidUserName`, `UserNameTaken` or `InvalidRole`.
        """
        user = self._create(user_name, display_name, roles, None, actor)
        return user, self._links.issue(user)

    def create_user_with_password(
        self, user_name: str, display_name: str, roles: list[str], password: str, actor: Actor = OPERATOR
    ) -> User:
        """Make an account with this password.

        Raises `InvalidUserName`, `UserNameTaken`, `InvalidRole` or `PasswordRefused`.
        """
        return self._create(user_name, display_name, roles, password, actor)

    @repeated
    def set_password(self, user_id: UUID, password: str, actor: Actor = OPERATOR) -> list[UUID]:
        """Set a user's password and end all their sessions, whose ids are returned. Raises `NotFound` or `PasswordRefused`."""
        new_hash = self._hash_good_password(password, self.get_user(user_id))
        with self._database.write() as db:
            users.lock_user(db, user_id).password_hash = new_hash
            self._record(db, EventKind.PASSWORD_SET, user_id, actor)
            db.flush()
            return self._end_sessions(db, user_id, RevocationReason.PASSWORD_CHANGED, actor)

    @repeated
    def issue_password_link(self, user_id: UUID, actor: Actor = OPERATOR) -> str:
        """The token of a link with which the person sets a new password; the old one is good until then.

        Any link made before is good no more. Raises `NotFound`.
        """
        with self._database.write() as db:
            user = users.lock_user(db, user_id)
            end_links(user)
            self._record(db, EventKind.PASSWORD_LINK_ISSUED, user.id, actor)
        return self._links.issue(user)

    def set_roles(self, user_id: UUID, roles: list[str], actor: Actor = OPERATOR) -> User:
        """Give a user these roles and no others, at once. Raises `NotFound`, `InvalidRole` or `LastAdministrator`."""
        return self._change_roles(user_id, lambda _held: roles, actor)

    def give_role(self, user_id: UUID, role: str, actor: Actor = OPERATOR) -> User:
        """Give a user one more role. Raises as `set_roles`."""
        return self._change_roles(user_id, lambda held: [*held, role], actor)

    def take_role(self, user_id: UUID, role: str, actor: Actor = OPERATOR) -> User:
        """Take one role from a user. Raises as `set_roles`."""
        return self._change_roles(user_id, lambda held: [other for other in held if other != role], actor)

    @repeated
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

    @repeated
    def disable(self, user_id: UUID, actor: Actor = OPERATOR) -> list[UUID]:
        """Let a user in no more, and end their sessions, whose ids are returned. Raises `NotFound` or `LastAdministrator`."""
        now = self._clock()
        with self._database.write() as db:
            users.require_another_administrator(db, user_id)
            user = users.lock_user(db, user_id)
            user.disabled_at = user.disabled_at or now
            end_links(user)
            self._record(db, EventKind.USER_DISABLED, user_id, actor)
            db.flush()
            return self._end_sessions(db, user_id, RevocationReason.USER_DISABLED, actor)

    @repeated
    def enable(self, user_id: UUID, actor: Actor = OPERATOR) -> None:
        """Let a disabled user in again. Raises `NotFound`."""
        with self._database.write() as db:
            users.lock_user(db, user_id).disabled_at = None
            self._record(db, EventKind.USER_ENABLED, user_id, actor)

    @repeated
    def end_sessions(self, user_id: UUID, actor: Actor = OPERATOR) -> list[UUID]:
        """End all sessions of a user. Returns the ids of those that stood."""
        with self._database.write() as db:
            return self._end_sessions(db, user_id, RevocationReason.ENDED_BY_ADMINISTRATOR, actor)

    def end_session_of(self, user_id: UUID, session_id: str, actor: Actor = OPERATOR) -> list[UUID]:
        """End one session of a user. Returns its id, or nothing if it does not stand or is not theirs."""
        wanted = [session.id for session in self.sessions_of(user_id) if str(session.id) == session_id]
        return [session_id for session_id in wanted if self.end_session(session_id, actor)]

    @repeated
    def end_session(self, session_id: UUID, actor: Actor = OPERATOR) -> bool:
        """End one session of anybody. False if it does not stand."""
        reason, client = RevocationReason.ENDED_BY_ADMINISTRATOR, actor.client
        with self._database.transaction() as db:
            return end_session(db, session_id, reason, self._clock(), client=client, actor_id=actor.user_id)

    def end_all_sessions(self, actor: Actor = OPERATOR) -> list[UUID]:
        """End everybody's sessions, each by itself, so that nobody waits for all. Returns the ids of those that stood."""
        return [session.id for session in self.all_sessions() if self.end_session(session.id, actor)]

    def events(self, wanted: EventFilter, *, limit: int, offset: int = 0) -> tuple[int, Sequence[ListedEvent]]:
        """How many events match, and `limit` of them with the names of user and actor, the newest first."""
        with self._database.connect() as db:
            return events.count(db, wanted), events.newest(db, wanted, limit=limit, offset=offset)

    def each_event(self, wanted: EventFilter, *, after_id: int = 0) -> Iterator[ListedEvent]:
        """All events that match, with the names of user and actor, the oldest first; read a chunk at a time, however many."""
        with self._database.connect() as db:
            yield from events.oldest_first(db, wanted, after_id=after_id)

    @repeated
    def _create(self, user_name: str, display_name: str, roles: list[str], password: str | None, actor: Actor) -> User:
        user = users.new_user(user_name, display_name, users.no_password(), clean_roles(roles), self._clock())
        require_clear(user.user_name)
        end_links(user)
        if password is not None:
            user.password_hash = self._hash_good_password(password, user)
        with self._database.write() as db:
            add_distinct(db, user)
            self._record(db, EventKind.USER_CREATED, user.id, actor, ", ".join(user.roles))
        return user

    def _hash_good_password(self, password: str, user: User) -> str:
        require_good_password(password, user.user_name, self._settings)
        return self._passwords.hash_password(password)

    def _end_sessions(self, db: Session, user_id: UUID, reason: RevocationReason, actor: Actor) -> list[UUID]:
        return end_sessions_of(db.connection(), user_id, reason, self._clock(), client=actor.client, actor_id=actor.user_id)

    def _record(self, db: Session, kind: EventKind, user_id: UUID, actor: Actor, detail: str = "") -> None:
        facts: dict[str, Any] = {"actor_id": actor.user_id, "client": actor.client, "detail": detail}
        events.record(db.connection(), kind, self._clock(), user_id=user_id, **facts)


def _in_words(roles: list[str]) -> str:
    return ", ".join(roles) or "none"
