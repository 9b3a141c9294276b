"""The login stage in which a person chooses a new password, and when it is due."""

from collections.abc import Mapping

from rxapp.auth.core.accounts.password_proof import PASSWORD
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.errors import InvalidToken, RevocationReason
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.login.login import LoggedIn
from rxapp.auth.core.login.pending_logins import PendingLoginEnded
from rxapp.auth.core.login.stages import LoginAttempt, LoginIncomplete, passed
from rxapp.auth.core.service import AuthService

LINK = "link"
"""The proof that a set-password link gives. It is valid for this stage only: the session's `amr` does not name it."""

ANSWER = "newPassword"
"""The name of the answer that this stage asks for."""


class NewPasswordStage:
    """The `LoginStage` that asks for a new password."""

    name = "new_password"
    is_proof = False
    order = 90

    def __init__(self, service: AuthService) -> None:
        self._service = service

    def is_due(self, attempt: LoginAttempt) -> bool:
        """After a set-password link, and after a password that needed a second factor, which is gone.

        With `renew_refused_passwords` also after every other password that the policy refuses.
        """
        if LINK in attempt.amr:
            return True
        if attempt.password is None:
            return False
        rules = self._service.new_passwords
        return rules.is_too_short_alone(attempt.password, attempt.user) or (
            self._service.settings.renew_refused_passwords and not rules.is_good(attempt.password, attempt.user)
        )

    def complete(self, attempt: LoginAttempt, answers: Mapping[str, str], client: Client) -> LoginAttempt:
        """Set the password, and end all sessions of the user.

        Raises `PasswordRefused`, or `InvalidToken` if the user has changed meanwhile.
        """
        kind = EventKind.PASSWORD_SET if LINK in attempt.amr else EventKind.PASSWORD_CHANGED
        user, ended = self._service.accounts.replace_password(attempt.user, answers.get(ANSWER, ""), kind, client)
        proofs = (PASSWORD, *(method for method in attempt.amr if method not in (LINK, PASSWORD)))
        return passed(attempt, user, proofs, dict.fromkeys(ended, RevocationReason.PASSWORD_CHANGED))


def begin_by_link(service: AuthService, link: str, client: Client = NO_CLIENT) -> LoginIncomplete:
    """Begin a login with a link. It stops at the stage that asks for the password. Raises `InvalidToken` for a bad link."""
    user = service.accounts.user_of_link(link)
    try:
        service.login.with_proof(LoginAttempt(user, (LINK,)), client)
    except LoginIncomplete as incomplete:
        return incomplete
    raise AssertionError("a link alone lets nobody in: the stage is always due")


def log_in_by_link(service: AuthService, link: str, new_password: str, client: Client = NO_CLIENT) -> LoggedIn:
    """Set the password with a link, end all sessions, and begin a new one. The link is then spent.

    Raises `InvalidToken`, `PasswordRefused`, or `LoginIncomplete` if another stage is due.
    """
    incomplete = begin_by_link(service, link, client)
    if incomplete.stage != NewPasswordStage.name:  # a proof comes first, such as a second factor: whoever has the link gives it
        raise incomplete
    try:
        return service.login.go_on(incomplete.pending_login, {ANSWER: new_password}, client)
    except PendingLoginEnded as error:  # somebody else has used the link meanwhile
        raise InvalidToken from error
