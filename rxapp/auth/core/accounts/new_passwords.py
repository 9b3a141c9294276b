"""New passwords of known users: which are good enough, and what is stored of one.

A password that is one of two factors may be shorter (NIST SP 800-63B-4 §3.1.1.2). The row notes that it was chosen so. When the
last second factor has gone, the next login asks for a longer one: only then the length of the old one is known.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlmodel import Session

from rxapp.auth.core.accounts import users
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import PasswordRefused
from rxapp.auth.core.passwords.hasher import PasswordHasher
from rxapp.auth.core.passwords.policy import require_good_password
from rxapp.auth.core.passwords.unicode_forms import hashed_form
from rxapp.auth.core.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class ChosenPassword:
    """What is stored of a new password. `is_of_two`: a second factor allowed a shorter one."""

    new_hash: str = field(repr=False)
    is_of_two: bool

    def give_to(self, user: User) -> None:
        """Set it on a row that the caller has locked, or that is new."""
        user.password_hash, user.is_password_of_two = self.new_hash, self.is_of_two

    def replace(self, db: Session, user: User) -> bool:
        """Store it in place of the password of `user`. False if that was changed meanwhile."""
        return users.replace_password_hash(db, user.id, user.password_hash, self.new_hash, is_password_of_two=self.is_of_two)


class NewPasswords:
    """Threads share one instance. `is_factor_needed` says whether the logins of a user ask for a second factor."""

    def __init__(self, settings: Settings, passwords: PasswordHasher, is_factor_needed: Callable[[User], bool]) -> None:
        self._settings = settings
        self._passwords = passwords
        self._is_factor_needed = is_factor_needed

    def minimum_for(self, user: User) -> int:
        """How many characters a new password of this user has at least."""
        of_two, alone = self._settings.password_minimum_of_two, self._settings.password_minimum_length
        return of_two if of_two < alone and self._is_factor_needed(user) else alone

    def require_good(self, password: str, user: User) -> None:
        """Raise `PasswordRefused`, which says what to do, unless this user may choose this password."""
        require_good_password(password, user.user_name, self._settings, self.minimum_for(user))

    def is_good(self, password: str, user: User) -> bool:
        """Whether `require_good` accepts it."""
        try:
            self.require_good(password, user)
        except PasswordRefused:
            return False
        return True

    def is_too_short_alone(self, password: str, user: User) -> bool:
        """Whether this present password was good enough with a second factor only, and the user has none now."""
        return user.is_password_of_two and len(hashed_form(password)) < self.minimum_for(user)

    def chosen(self, password: str, user: User) -> ChosenPassword:
        """What to store of a good password. It is hashed here, so call it before the transaction."""
        is_of_two = self.minimum_for(user) < self._settings.password_minimum_length
        return ChosenPassword(self._passwords.hash_password(password), is_of_two)

    def hash_checked(self, password: str) -> str:
        """The hash of a password that was checked for a user who is not stored yet."""
        return self._passwords.hash_password(password)
