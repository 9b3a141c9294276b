"""Sentences in the language of the pages: after an error, about a device, and about what has happened to an account."""

from rxapp.auth.core.database.outages import DatabaseUnavailable
from rxapp.auth.core.errors import AuthError, InputRefused
from rxapp.auth.core.identity.client import UNKNOWN_DEVICE, browser_and_system
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


def device_in_words(device: str) -> str:
    """The text of `Client.describe_device` in the language of the pages. The database has it in English."""
    texts, (browser, system) = site.texts.sessions, browser_and_system(device)
    if device == UNKNOWN_DEVICE:
        return texts.unknown_device
    return texts.device.format(browser=browser, system=system) if system else device


def news_in_words(kind: str, device: str) -> str:
    """What every open page of a person says after an event of this kind. Empty if the texts have no sentence for it."""
    return site.texts.news.of(kind).format(device=device_in_words(device))
