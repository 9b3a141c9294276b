"""The sentence that a person reads after an error, in the language of the pages."""

from rxapp.auth.core.database.outages import DatabaseUnavailable
from rxapp.auth.core.errors import AuthError, InputRefused
from rxapp.auth.web.site.registry import site


def in_words(error: AuthError | DatabaseUnavailable) -> str:
    """The sentence for the error. Errors that the app itself defines or words keep their own message."""
    if isinstance(error, DatabaseUnavailable):
        return outage_in_words(is_outcome_known=error.is_outcome_known)
    is_ours = type(error).__module__.startswith("rxapp.auth.")
    if isinstance(error, InputRefused):
        text = site.texts.refusals.of(error.rule).format(**error.limits)
    else:
        text = site.texts.refusals.of(error.code)
    return text if is_ours and text else error.message


def outage_in_words(*, is_outcome_known: bool) -> str:
    """The sentence while the database is away."""
    notices = site.texts.notices
    return notices.nothing_was_done if is_outcome_known else notices.may_have_been_done
