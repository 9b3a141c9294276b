"""The stage of a login in which a person confirms an address, if everybody must have one; and who logs in by an address."""

from collections.abc import Mapping

from rxapp.auth.core.errors import Misconfigured
from rxapp.auth.core.features import NameFinder
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.login.stages import LoginAttempt, passed
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.settings.mail_settings import REQUIRED
from rxapp.auth.features.email.rules import addresses, own_address
from rxapp.auth.features.email.rules.own_address import MailedCode
from rxapp.auth.features.new_password.rules import NewPasswordStage

PROOF, CODE = "proof", "code"
"""The names of the answers."""


class NeedsNewPassword(Misconfigured):
    """A reset by e-mail ends with a new password, so it needs that stage."""

    def __init__(self) -> None:
        super().__init__("the feature email needs the feature new_password: add it to features=[…]")


class EmailStage:
    """The `LoginStage`. It is no proof: the code proves an address, and nothing of the person."""

    name = own_address.STAGE
    is_proof = False
    order = 60

    def __init__(self, service: AuthService) -> None:
        addresses.require_installed()
        if not any(NewPasswordStage in feature.stages for feature in service.features):
            raise NeedsNewPassword
        self._service = service

    def is_due(self, attempt: LoginAttempt) -> bool:
        """Whether everybody must have an address, and this user has none."""
        if self._service.settings.email_mode != REQUIRED:
            return False
        return not own_address.address_of(self._service, attempt.user.id)

    def complete(self, attempt: LoginAttempt, answers: Mapping[str, str], client: Client) -> LoginAttempt:
        """Confirm the address to which the code was sent. Raises as `own_address.confirm`."""
        mailed = MailedCode(proof_id=answers.get(PROOF, ""), code=answers.get(CODE, ""))
        own_address.confirm_for(self._service, attempt.user.id, mailed, client)
        return passed(attempt, attempt.user, attempt.amr, {})


def find_name(service: AuthService) -> NameFinder:
    """Finds the user name of whoever logs in by their address."""

    def find(text: str) -> tuple[str, str] | None:
        if "@" not in text:
            return None
        with service.database.connect() as db:
            return addresses.attempts_count_for(text), addresses.user_name_at(db, text) or text

    return find
