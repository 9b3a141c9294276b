"""What may appear on any page: notices, the dialog that asks for the password, placeholders."""

from dataclasses import dataclass

from rxapp.auth.core.database.outages import DatabaseUnavailable
from rxapp.auth.web.texts.plurals import Counted


@dataclass(frozen=True, slots=True)
class ConfirmTexts:
    """The dialog that asks for the password again, or for a second factor."""

    label: str = "Confirm that it is you"
    title: str = "Please confirm that it is you"
    why: str = "You are about to do something that only you should. Show that it is you to go on."
    password: str = "Your password"
    cancel: str = "Cancel"
    submit: str = "Confirm"
    busy: str = "Checking…"
    factor_title: str = "Please confirm with your second factor"
    factor_why: str = "What you are about to do asks for more than your password."
    factor_of_page: str = "This page asks for more than your password."
    factor_missing: str = "You have none yet. Add one first, such as an authenticator app."
    factor_add: str = "To your second factors"


@dataclass(frozen=True, slots=True)
class UserMenuTexts:
    """The button that shows who is logged in, and its menu. `colours` changes between light and dark."""

    label: str = "Your account, {name}"
    menu: str = "Your account"
    account: str = "Account"
    sessions: str = "Sessions"
    administration: str = "Administration"
    colours: str = "Light or dark"
    log_in: str = "Log in"
    log_out: str = "Log out"


@dataclass(frozen=True, slots=True)
class NoticeTexts:
    """Waiting, outages, and pages that are not shown. `try_again_in_minutes` for one minute is said up to its last second."""

    loading: str = "Loading…"
    no_access: str = "You do not have access to this page"
    no_access_why: str = "Your account does not have the role that this page asks for. An administrator can give it to you."
    not_found: str = "There is no such page"
    not_found_why: str = "The address may be wrong, or the page has been moved."
    to_the_start: str = "Back to the start"

    try_again_in_minutes: Counted = Counted("Try again in a minute.", "Try again in {count} minutes.")
    try_again_in_seconds: Counted = Counted("Try again in 1 second.", "Try again in {count} seconds.")
    try_again_now: str = "You can try again now."
    slow_down: str = "That was too much at once. You stay logged in."

    key_unreadable: str = "One moment: this browser cannot read its key for this site. You stay logged in."
    log_in_again: str = "Log in again"
    storage_full: str = "This browser's storage for this site is full: leaving or reloading this page will log you out."
    storage_denied: str = "This browser stores nothing for this site: leaving or reloading this page will log you out."

    nothing_was_done: str = DatabaseUnavailable.in_words(is_outcome_known=True)
    failed: str = "Something went wrong on our side. If it happens again, tell us this number: {request_id}."
    not_connected: str = "The server cannot be reached at the moment. This page goes on by itself as soon as it can."
    may_have_been_done: str = DatabaseUnavailable.in_words(is_outcome_known=False)
    close: str = "Close"

    previous: str = "Previous"
    next: str = "Next"
    page_of: str = "Page {page} of {pages}"
    pages: str = "Pages"
