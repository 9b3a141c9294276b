"""The refusals of e-mail. They are here, and not in the feature, because the texts of the pages name them."""

from rxapp.auth.core.errors import AuthError, InputRefused
from rxapp.auth.core.input_rules import InputRule


class InvalidEmailAddress(InputRefused):
    """It is not the address of a mailbox, or it is the one that the person has already."""

    code = "invalid_email_address"


class EmailAddressTaken(InputRefused):
    """Another account has confirmed this address. Only who has just shown that they read its mail is told so."""

    code = "email_address_taken"

    def __init__(self) -> None:
        super().__init__(InputRule.EMAIL_TAKEN)


class MailedProofEnded(AuthError):
    """The link or the code was used, is too old, was never sent, or the account has changed since."""

    code = "mailed_proof_ended"
    message = "This link or code was used already, or is too old. Please ask for a new one."


class EmailRequired(AuthError):
    """Everybody must have an address (`RXAPP_EMAIL=required`), so it can be changed and not removed."""

    code = "email_required"
    message = "Everybody needs an e-mail address here. You can change it."
