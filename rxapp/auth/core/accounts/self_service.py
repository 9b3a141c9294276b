"""What people do with their own account: register, change the password, end sessions, leave."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, delete

from rxapp.auth.core.accounts import users
from rxapp.auth.core.accounts.clear_names import add_distinct, require_clear
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventFilter, EventKind
from rxapp.auth.core.audit.rows import ListedEvent
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.outages import repeated
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import (
    AuthError,
    InvalidCredentials,
    NotFound,
    PasswordRefused,
    RevocationReason,
    TooManyRequests,
    WrongPassword,
)
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.input_rules import InputRule
from rxapp.auth.core.passwords import policy as password_policy
from rxapp.auth.core.passwords.hasher import PasswordHasher
from rxapp.auth.core.passwords.links import PasswordLinks, PresentedLink
from rxapp.auth.core.passwords.policy import Strength
from rxapp.auth.core.sessions import statements as sessions
from rxapp.auth.core.sessions.replacement import Replacement, Replacements
from rxapp.auth.core.sessions.revocation import end_session, end_sessions_of
from rxapp.auth.core.sessions.rows import ListedSession
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.core.throttling.failure_log import FailureLog
from rxapp.auth.core.throttling.throttle import Throttle


class RegistrationClosed(AuthError):
    """Accounts are made by administrators only (`RXAPP_REGISTRATION=false`)."""

    code = "registration_closed"
    message = "New accounts are made by an administrator."


class Accounts:
    """Threads share one instance. Whoever calls has verified the `Identity`."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        passwords: PasswordHasher,
        links: PasswordLinks,
        *,
        throttle: Throttle,
        failures: FailureLog,
        replacements: Replacements,
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._passwords = passwords
        self._links = links
        self._throttle = throttle
        self._failures = failures
        self._replacements = replacements

    @repeated
    def register(self, user_name: str, display_name: str, password: str, client: Client = NO_CLIENT) -> User:
        """Make an account.

        Raises `RegistrationClosed`, `InvalidUserName`, `UserNameTaken`, `PasswordRefused` or `TooManyRequests`.
        """
        if not self._settings.registration:
            raise RegistrationClosed
        user = users.new_user(user_name, display_name, users.NO_PASSWORD, [], self._clock())
        require_clear(user.user_name)
        password_policy.require_well_formed_password(password, user.user_name, self._settings)
        self._count_registration(self._throttle.judgement, client)
        password_policy.require_uncommon_password(password, user.user_name)
        self._count_registration(self._throttle.registration, client)
        user.password_hash = self._passwords.hash_password(password)
        with self._database.write() as db:
            add_distinct(db, user)
            self._record(db, EventKind.USER_REGISTERED, user.id, client)
        return user

    @repeated
    def undo_registration(self, user_id: UUID, client: Client = NO_CLIENT) -> None:
        """Remove an account that has just been made, because what the app wanted to add to it could not be."""
        with self._database.write() as db:
            db.connection().execute(delete(User).where(col(User.id) == user_id))
            self._record(db, EventKind.USER_DELETED, user_id, client)

    def strength_of(self, password: str, user_name: str) -> Strength:
        """A hint for a person who is choosing a password."""
        return password_policy.strength_of(password, user_name, self._settings)

    def profile_of(self, identity: Identity) -> User:
        """The person's own row. Raises `NotFound` if it is gone."""
        with self._database.read() as db:
            return users.get_user(db, identity.user_id)

    @repeated
    def rename(self, identity: Identity, display_name: str, client: Client = NO_CLIENT) -> User:
        """Change the name that others see. Raises `InvalidUserName`."""
        with self._database.write() as db:
            user = users.lock_user(db, identity.user_id)
            users.name_for_display(user, display_name)
            self._record(db, EventKind.USER_RENAMED, user.id, client, identity.session_id)
        return user

    @repeated
    def confirm_password(self, identity: Identity, password: str, client: Client = NO_CLIENT) -> Replacement | None:
        """Note that the person has just given the password, so that what asks for a fresh sign-in goes on.

        A session that is bound to a key stays as it is, and None is returned. Any other is replaced by a new one until the same
        end: else whoever holds a copy of its tokens would count as fresh too. Raises `WrongPassword`, `TooManyRequests`,
        `DeviceKeyRequired`, or `SessionEnded` if the session has ended meanwhile.
        """
        user = self._verify_own_password(identity, password, client)
        is_bound = self._replacements.is_bound(identity)
        new = None if is_bound else self._replacements.prepare(identity, user, client, expires_at=identity.expires_at)
        with self._database.write() as db:
            self._require_unchanged(db, user)
            self._record(db, EventKind.PASSWORD_CONFIRMED, user.id, client, identity.session_id)
            if new is None:
                sessions.mark_authenticated(db.connection(), identity.session_id, self._clock())
                return None
            return self._replacements.put_in_place(db, new, RevocationReason.PASSWORD_CONFIRMED, client, ends_others=False)

    @repeated
    def change_password(
        self, identity: Identity, current: str, new: str, client: Client = NO_CLIENT, *, ends_other_sessions: bool = True
    ) -> Replacement:
        """Change the password, and give whoever asked a new session in place of the one that they asked in.

        The old one may have been copied, so it always ends; the user's other sessions end too unless they are to be kept. Raises
        `WrongPassword`, `PasswordRefused`, `TooManyRequests`, `DeviceKeyRequired`, or `SessionEnded` if it has ended meanwhile.
        """
        user = self._verify_own_password(identity, current, client)
        password_policy.require_good_password(new, user.user_name, self._settings)
        if new == current:
            raise PasswordRefused(InputRule.PASSWORD_UNCHANGED)
        new_hash = self._passwords.hash_password(new)
        session, reason = self._replacements.prepare(identity, user, client), RevocationReason.PASSWORD_CHANGED
        with self._database.write() as db:
            if not users.replace_password_hash(db, user.id, user.password_hash, new_hash):
                raise WrongPassword  # somebody else changed it between our look and our write
            self._record(db, EventKind.PASSWORD_CHANGED, user.id, client, identity.session_id)
            return self._replacements.put_in_place(db, session, reason, client, ends_others=ends_other_sessions)

    def user_of_link(self, token: str) -> User:
        """Whose password the link sets. Raises `InvalidToken` if it was used, is too old, or was never made."""
        presented = PresentedLink.parse(token)
        with self._database.read() as db:
            user = db.get(User, presented.user_id)
        return self._links.require_good(presented, user)

    @repeated
    def set_password(self, token: str, new: str, client: Client = NO_CLIENT) -> list[UUID]:
        """Set a password by a link, which is then spent, and end all sessions, whose ids are returned.

        Raises `InvalidToken` or `PasswordRefused`.
        """
        user = self.user_of_link(token)
        password_policy.require_good_password(new, user.user_name, self._settings)
        new_hash = self._passwords.hash_password(new)
        with self._database.write() as db:
            # Hashing took long: meanwhile the link may have been used, or the user disabled or given other roles.
            user = self._links.require_good(PresentedLink.parse(token), users.find_and_lock(db, user.id))
            user.password_hash = new_hash
            self._record(db, EventKind.PASSWORD_SET, user.id, client)
            return end_sessions_of(db.connection(), user.id, RevocationReason.PASSWORD_CHANGED, self._clock(), client=client)

    @repeated
    def delete(self, identity: Identity, password: str, client: Client = NO_CLIENT) -> list[UUID]:
        """Delete the account for good. Returns the ids of the ended sessions.

        Raises `WrongPassword`, `LastAdministrator` or `TooManyRequests`.
        """
        user = self._verify_own_password(identity, password, client)
        with self._database.write() as db:
            users.require_another_administrator(db, user.id)
            self._require_unchanged(db, user)
            ended = end_sessions_of(db.connection(), user.id, RevocationReason.ACCOUNT_DELETED, self._clock(), client=client)
            self._record(db, EventKind.USER_DELETED, user.id, client, identity.session_id)
            db.connection().execute(delete(User).where(col(User.id) == user.id))
        return ended

    def sessions_of(self, identity: Identity) -> Sequence[ListedSession]:
        """The person's sessions that stand, the last used first."""
        now = self._clock()
        with self._database.connect() as db:
            return sessions.active_of(db, identity.user_id, now, now - self._settings.session_idle_timeout)

    @repeated
    def end_session(self, identity: Identity, session_id: UUID, client: Client = NO_CLIENT) -> None:
        """End one of the person's own sessions. Raises `NotFound` for one that is not theirs or does not stand."""
        if all(session.id != session_id for session in self.sessions_of(identity)):
            raise NotFound
        with self._database.transaction() as db:
            end_session(db, session_id, RevocationReason.SESSION_REVOKED, self._clock(), client=client)

    @repeated
    def end_other_sessions(self, identity: Identity, client: Client = NO_CLIENT) -> list[UUID]:
        """End all of the person's sessions but this one. Returns the ids of those that ended."""
        reason = RevocationReason.SESSION_REVOKED
        with self._database.transaction() as db:
            return end_sessions_of(db, identity.user_id, reason, self._clock(), client=client, exclude=identity.session_id)

    def events_of(self, identity: Identity, *, limit: int, offset: int = 0) -> Sequence[ListedEvent]:
        """What happened to the person's own account, the newest first."""
        with self._database.connect() as db:
            return events.newest(db, EventFilter(user_id=identity.user_id), limit=limit, offset=offset)

    def _verify_own_password(self, identity: Identity, password: str, client: Client) -> User:
        user = self.profile_of(identity)
        facts: dict[str, Any] = {"user_id": user.id, "session_id": identity.session_id, "client": client}
        try:
            with self._throttle.password_attempt(user.user_name, client.address, identity.session_id):
                self._passwords.verify_password(password, user.password_hash)
        except InvalidCredentials as error:
            self._failures.record(EventKind.PASSWORD_CONFIRMATION_FAILED, **facts)
            raise WrongPassword from error
        except TooManyRequests as refused:
            self._failures.record_throttled(refused, **facts)
            raise
        return user

    def _count_registration(self, count: Callable[[str], None], client: Client) -> None:
        try:
            count(client.address)
        except TooManyRequests as refused:
            self._failures.record_throttled(refused, client)
            raise

    def _require_unchanged(self, db: Session, user: User) -> None:
        if not users.is_unchanged(db, user):
            raise WrongPassword

    def _record(self, db: Session, kind: EventKind, user_id: UUID, client: Client, session_id: UUID | None = None) -> None:
        events.record(db.connection(), kind, self._clock(), user_id=user_id, session_id=session_id, client=client)
