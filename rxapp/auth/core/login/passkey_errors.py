"""The refusals of passkeys. They are here, and not in the feature, because the texts of the pages name them."""

from rxapp.auth.core.errors import AuthError, InvalidCredentials, WrongPassword

_NOT_ACCEPTED = "This passkey was not accepted. Please try again, or log in in another way."


class WrongPasskey(InvalidCredentials):
    """The answer of an authenticator is wrong, too old, for another purpose, or was used before. The answer never says which."""

    code = "wrong_passkey"
    message = _NOT_ACCEPTED


class PasskeyNotConfirmed(WrongPassword):
    """The same for a person who is logged in."""

    code = "wrong_passkey"
    message = _NOT_ACCEPTED


class PasskeysUnavailable(AuthError):
    """The extra `rxapp[passkeys]` is not installed, so no passkey can be verified."""

    code = "passkeys_unavailable"
    message = "This server cannot check passkeys at the moment. Please use another way, or tell its administrators."


class PasskeyKnown(AuthError):
    """This authenticator has a passkey of the account, or of another one, under the same id."""

    code = "passkey_known"
    message = "This passkey has been added already."


class LastWayIn(AuthError):
    """Without it nobody could log in to the account any more."""

    code = "last_way_in"
    message = "This is the only way to log in to your account. Add another one first."
