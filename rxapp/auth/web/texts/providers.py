"""Logging in with other providers, and linking accounts there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProviderTexts:
    """`landing_title` and `waiting` are of the page to which people come back. `{provider}` is its name, such as Google."""

    go_on_with: str = "Continue with {provider}"
    landing_title: str = "Logging in"
    failed_title: str = "That did not work"
    waiting: str = "One moment…"
    again: str = "Try again"

    title: str = "Other accounts"
    none: str = "Link an account that you have elsewhere, and log in with it."
    some: str = "Each of these logs you in."
    added: str = "Linked {when}"
    last_used: str = "last used {when}"
    never_used: str = "not used yet"
    not_configured: str = "cannot be used here at the moment"
    link: str = "Link {provider}"
    remove: str = "Remove"
    remove_question: str = "Remove the link to {provider}?"
    remove_why: str = "It logs nobody in any more, and other sessions that began with such a link end."
    removed: str = "The link was removed."

    confirm_with: str = "Confirm with {provider}"
    confirm_why: str = "You log in there again and come back to this page. Then do it once more."

    of_user_none: str = "No account elsewhere is linked."
