"""The refusals of logging in with another provider. They are here, because the texts of the pages name them."""

from rxapp.auth.core.errors import AuthError, WrongPassword


class ProviderLoginRefused(AuthError):
    """The provider's answer is not what we asked for, or is not genuine. The answer never says which; the audit log does."""

    code = "provider_login_refused"
    message = "The provider's answer was not accepted. Please try again, or log in in another way."


class ProviderLoginEnded(AuthError):
    """It was begun too long ago, was completed already, or was begun in another browser."""

    code = "provider_login_ended"
    message = "That took too long, was completed already, or began in another browser. Please try again."


class ProviderLoginCancelled(AuthError):
    """The person, or a rule of the provider, has said no there."""

    code = "provider_login_cancelled"
    message = "You were not logged in there. You can try again, or log in in another way."


class ProviderUnavailable(AuthError):
    """The provider does not answer, or answers what nobody can use."""

    code = "provider_unavailable"
    message = "The provider does not answer at the moment. Please try again in a while, or log in in another way."


class ProviderAddressUnverified(AuthError):
    """The provider does not say that the address is verified. It says the same whether an account here has the address or not."""

    code = "provider_address_unverified"
    message = (
        "The provider has not verified your e-mail address. Verify it there first. "
        "If you have an account here, log in to it, and link the provider on the page Security."
    )


class ProviderSignUpClosed(AuthError):
    """There is no account for this login, and it may not make one."""

    code = "provider_sign_up_closed"
    message = (
        "There is no account here for this login, and it cannot make one. "
        "If you have an account, log in to it, and link the provider on the page Security."
    )


class ProviderAccountDisabled(AuthError):
    """The account here is disabled. That counts more than what the provider says."""

    code = "provider_account_disabled"
    message = "Your account here is disabled. Please ask an administrator."


class ProviderLinkedElsewhere(AuthError):
    """Another account here is linked to it."""

    code = "provider_linked_elsewhere"
    message = "This login at the provider belongs to another account here."


class ProviderNotConfirmed(WrongPassword):
    """Somebody who is logged in was to log in at the provider again. They did not, or as somebody else."""

    code = "provider_not_confirmed"
    message = "You did not log in again at the provider, or as somebody else than the one who is linked here."


ERRORS = {
    error.code: error
    for error in (
        ProviderLoginRefused,
        ProviderLoginEnded,
        ProviderLoginCancelled,
        ProviderUnavailable,
        ProviderAddressUnverified,
        ProviderSignUpClosed,
        ProviderAccountDisabled,
        ProviderLinkedElsewhere,
        ProviderNotConfirmed,
    )
}
"""By their codes."""
