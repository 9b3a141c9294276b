"""What people do with their own account: register, change the password, end sessions, delete the account."""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlmodel import Session

from rxapp.auth.core.accounts import users
from rxapp.auth.core.accounts.confusable_names import add_distinct, require_unambiguous
from rxapp.auth.core.accounts.new_passwords import NewPasswords
from rxapp.auth.core.accounts.password_proof import PASSWORD, PasswordProof
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventFilter, EventKind
from rxapp.auth.core.audit.rows import ListedEvent
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import (
    AuthError,
    InvalidToken,
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
from rxapp.auth.core.passwords.links import PasswordLinks, PresentedLink
from rxapp.auth.core.passwords.policy import Strength
from rxapp.auth.core.passwords.unicode_forms import hashed_form
from rxapp.auth.core.sessions import statements as sessions
from rxapp.auth.core.sessions.device_trust import end_trust_of
from rxapp.auth.core.sessions.replacement import Replacement, Replacements
from rxapp.auth.core.sessions.revocation import end_session, end_sessions_of
from rxapp.auth.core.sessions.rows import ListedSession
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.core.throttling.failure_log import FailureLog
from rxapp.auth.core.throttling.throttle import Throttle


class RegistrationClosed(AuthError):
    """Only administrators make accounts (`RXAPP_REGISTRATION=false`)."""

    code = "registration_closed"
    message = "New accounts are made by an administrator."


class Accounts:
    """Threads share one instance. Callers have verified the `Identity`."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        new_passwords: NewPasswords,
        links: PasswordLinks,
        *,
        throttle: Throttle,
        failures: FailureLog,
        replacements: Replacements,
        password_proof: PasswordProof,
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._new_passwords = new_passwords
        self._links = links
        self._throttle = throttle
        self._failures = failures
        self._replacements = replacements
        self._password_proof = password_proof

    @retry_on_outage
    def register(self, user_name: str, display_name: str, password: str, client: Client = NO_CLIENT) -> User:
        """Make an account.

        Raises `RegistrationClosed`, `InvalidUserName`, `UserNameTaken`, `PasswordRefused` or `TooManyRequests`.
        """
        if not self._settings.registration:
            raise RegistrationClosed
        user = users.new_user(user_name, display_name, users.NO_PASSWORD, [], self._clock())
        require_unambiguous(user.user_name, self._settings)
        password_policy.require_well_formed_password(password, user.user_name, self._settings)
        self._count_registration(self._throttle.count_password_check, client)
        password_policy.require_uncommon_password(password, user.user_name, self._settings)
        self._count_registration(self._throttle.count_registration, client)
        user.password_hash = self._new_passwords.hash_checked(password)
        with self._database.write() as db:
            add_distinct(db, user)
            self._record(db, EventKind.USER_REGISTERED, user.id, client)
        return user

    @retry_on_outage
    def undo_registration(self, user_id: UUID, client: Client = NO_CLIENT) -> None:
        """Remove an account that was just made, because the app could not store its own part of it."""
        with self._database.write() as db:
            users.delete_user(db, user_id)
            self._record(db, EventKind.USER_DELETED, user_id, client)

    def strength_of(self, password: str, user_name: str, minimum: int | None = None) -> Strength:
        """A hint for a person who is choosing a password. `minimum` is its length for that person, if they are known."""
        return password_policy.strength_of(password, user_name, self._settings, minimum)

    def profile_of(self, identity: Identity) -> User:
        """The person's own row. Raises `NotFound` if it was deleted."""
        with self._database.read() as db:
            return users.get_user(db, identity.user_id)

    @retry_on_outage
    def rename(self, identity: Identity, display_name: str, client: Client = NO_CLIENT) -> User:
        """Change the display name. Raises `InvalidUserName`."""
        with self._database.write() as db:
            user = users.lock_user(db, identity.user_id)
            users.set_display_name(user, display_name)
            self._record(db, EventKind.USER_RENAMED, user.id, client, identity.session_id)
        return user

    @retry_on_outage
    def change_password(
        self, identity: Identity, current: str, new: str, client: Client = NO_CLIENT, *, ends_other_sessions: bool = True
    ) -> Replacement:
        """Change the password, and replace the caller's session by a new one.

        The old session always ends, because its tokens may have been copied. The user's other sessions end too, unless
        `ends_other_sessions` is False. Raises `WrongPassword`, `PasswordRefused`, `TooManyRequests`, `DeviceKeyRequired`, or
        `SessionEnded` if the session has ended meanwhile.
        """
        user = self._verify_own_password(identity, current, client)
        self._new_passwords.require_good(new, user)
        if hashed_form(new) == hashed_form(current):
            raise PasswordRefused(InputRule.PASSWORD_UNCHANGED)
        chosen = self._new_passwords.chosen(new, user)
        amr, reason = tuple(dict.fromkeys((*identity.amr, PASSWORD))), RevocationReason.PASSWORD_CHANGED
        session = self._replacements.prepare(identity, user, client, amr)
        with self._database.write() as db:
            if not chosen.replace(db, user):
                raise WrongPassword  # it was changed between our read and our write
            end_trust_of(db.connection(), user.id, self._clock(), client=client)
            self._record(db, EventKind.PASSWORD_CHANGED, user.id, client, identity.session_id)
            return self._replacements.put_in_place(db, session, reason, client, ends_others=ends_other_sessions)

    def user_of_link(self, token: str) -> User:
        """The user whose password the link sets. Raises `InvalidToken` if it was used, has expired, or is forged."""
        presented = PresentedLink.parse(token)
        with self._database.read() as db:
            user = db.get(User, presented.user_id)
        return self._links.require_valid(presented, user)

    @retry_on_outage
    def replace_password(self, user: User, new: str, kind: EventKind, client: Client = NO_CLIENT) -> tuple[User, list[UUID]]:
        """Give a user who has proved who they are a new password, and end all their sessions. Returns the user, and the ids.

        `kind` is what the audit log calls it. Raises `PasswordRefused`, or `InvalidToken` if the user has changed meanwhile.
        """
        self._new_passwords.require_good(new, user)
        chosen = self._new_passwords.chosen(new, user)
        with self._database.write() as db:
            # Hashing took long. Meanwhile the password may have been set, the link ended, or the user disabled.
            current = users.find_and_lock(db, user.id)
            if current is None or current.disabled_at is not None or not users.has_same_secrets(current, user):
                raise InvalidToken
            chosen.give_to(current)
            self._record(db, kind, user.id, client)
            reason = RevocationReason.PASSWORD_CHANGED
            return current, end_sessions_of(db.connection(), user.id, reason, self._clock(), client=client)

    @retry_on_outage
    def delete(self, identity: Identity, password: str, client: Client = NO_CLIENT) -> list[UUID]:
        """Delete the account for good. Returns the ids of the ended sessions.

        Raises `WrongPassword`, `LastAdministrator` or `TooManyRequests`.
        """
        return self._delete(identity, self._verify_own_password(identity, password, client), client)

    @retry_on_outage
    def delete_without_password(self, identity: Identity, client: Client = NO_CLIENT) -> list[UUID]:
        """The same for a person who has none. The caller has asked them to confirm who they are in another way.

        Raises `WrongPassword` for a person who has a password.
        """
        user = self.profile_of(identity)
        if users.has_password(user):
            raise WrongPassword
        return self._delete(identity, user, client)

    def _delete(self, identity: Identity, user: User, client: Client) -> list[UUID]:
        with self._database.write() as db:
            users.require_another_administrator(db, user.id)
            self._require_unchanged(db, user)
            ended = end_sessions_of(db.connection(), user.id, RevocationReason.ACCOUNT_DELETED, self._clock(), client=client)
            self._record(db, EventKind.USER_DELETED, user.id, client, identity.session_id)
            users.delete_user(db, user.id)
        return ended

    def sessions_of(self, identity: Identity) -> Sequence[ListedSession]:
        """The person's active sessions, the last used first."""
        now = self._clock()
        with self._database.connect() as db:
            return sessions.active_of(db, identity.user_id, now, now - self._settings.session_idle_timeout)

    @retry_on_outage
    def end_session(self, identity: Identity, session_id: UUID, client: Client = NO_CLIENT) -> None:
        """End one of the person's own sessions, and the trust in its device. Raises `NotFound` unless it is theirs and active."""
        if all(session.id != session_id for session in self.sessions_of(identity)):
            raise NotFound
        with self._database.transaction() as db:
            end_session(db, session_id, RevocationReason.SESSION_REVOKED, self._clock(), ends_trust=True, client=client)

    @retry_on_outage
    def end_other_sessions(self, identity: Identity, client: Client = NO_CLIENT) -> list[UUID]:
        """End all of the person's sessions but this one, and the trust in all devices. Returns the ids of those that ended."""
        reason = RevocationReason.SESSION_REVOKED
        with self._database.write() as db:
            users.find_and_lock(db, identity.user_id)  # so that no login that is just beginning leaves trust behind
            kept, now = identity.session_id, self._clock()
            return end_sessions_of(db.connection(), identity.user_id, reason, now, client=client, exclude=kept)

    def events_of(self, identity: Identity, *, limit: int, offset: int = 0) -> Sequence[ListedEvent]:
        """The audit events of the person's own account, the newest first."""
        with self._database.connect() as db:
            return events.newest(db, EventFilter(user_id=identity.user_id), limit=limit, offset=offset)

    def _verify_own_password(self, identity: Identity, password: str, client: Client) -> User:
        user = self.profile_of(identity)
        self._password_proof.verify(user, identity.session_id, password, client)
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
