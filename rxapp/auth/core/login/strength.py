"""How strongly a person has proved who they are in a session, and what a guard may ask for."""

from enum import StrEnum

from rxapp.auth.core.errors import AuthError
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.login.second_factor import MFA


class Strength(StrEnum):
    """What a guard may ask for. `BEST` is what the person's logins ask for: two factors of those who have a second one."""

    ANY = ""
    TWO_FACTORS = "two factors"
    BEST = "best"


class TwoFactorsRequired(AuthError):
    """Signed in, but this action needs a session in which two factors were given (RFC 9470).

    `methods` are the second factors that the person can give. Empty: they have none yet.
    """

    code = "two_factors_required"
    message = "Please confirm with your second factor."

    def __init__(self, methods: tuple[str, ...]) -> None:
        super().__init__()
        self.methods = methods


def has_two_factors(identity: Identity) -> bool:
    """Whether two factors were given in the session."""
    return MFA in identity.amr
