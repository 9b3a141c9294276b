"""A person's own account: profile, password, sessions, activity."""

from dataclasses import dataclass

from rxapp.auth.core.identity.client import UNKNOWN_DEVICE
from rxapp.auth.web.texts.plurals import Counted


@dataclass(frozen=True, slots=True)
class AccountTexts:
    """The account page, and what the account's pages share. `page_title` is in the browser's tab, `title` on the page."""

    page_title: str = "Your account"
    title: str = "Your account"
    tabs: str = "Account"
    profile_tab: str = "Profile"
    sessions_tab: str = "Sessions"
    activity_tab: str = "Activity"

    profile: str = "Profile"
    your_user_name: str = "Your username is {user_name}."
    display_name: str = "Display name"
    save: str = "Save"
    saving: str = "Saving…"
    saved: str = "Saved."

    password: str = "Password"
    no_password: str = "Your account has no password. You can set one under Security."
    current_password: str = "Current password"
    end_others: Counted = Counted(
        "Log out everywhere else: one other session",
        "Log out everywhere else: {count} other sessions",
        "Log out everywhere else",
    )
    change_password: str = "Change password"
    changing: str = "Changing…"
    password_changed: Counted = Counted(
        "Your password is changed. One other session was ended.",
        "Your password is changed. {count} other sessions were ended.",
        "Your password is changed.",
    )

    deletion: str = "Delete account"
    cannot_be_undone: str = "This cannot be undone."
    deletion_password: str = "Your password, to delete the account"
    delete: str = "Delete my account"
    delete_question: str = "Delete your account?"
    deleting: str = "Deleting…"


@dataclass(frozen=True, slots=True)
class SessionsTexts:
    """The list of sessions, a person's own and that of an administrator."""

    page_title: str = "Your sessions"
    intro: str = "Where you are logged in. End every session that you do not recognise."
    label: str = "Sessions"
    this_device: str = "This device"
    unknown_device: str = UNKNOWN_DEVICE
    device: str = "{browser} on {system}"
    open_pages: Counted = Counted("one page open", "{count} pages open", "no page open")
    bound_here: str = "bound to this device"
    bound: str = "bound to its device"
    bound_hint: str = "It works only together with a key that its browser does not give away."
    not_bound: str = "not bound"
    not_bound_hint: str = "Whoever copies what its browser or program has stored can use it."
    times: str = "Logged in {created} · last used {last_used}"
    end: str = "End"
    end_this_label: str = "End this session"
    end_label: str = "End the session on {device}"
    end_all_others: str = "End all others"
    ended: str = "The session was ended."
    had_ended: str = "That session had already ended."
    others_ended: Counted = Counted("One session was ended.", "{count} sessions were ended.")
    trusted: str = "Devices that are not asked for a code"
    trusted_why: str = "On these your password is enough. End it for every device that you do not recognise."
    trusted_times: str = "Trusted {since} · asked again {until}"
    ask_again: str = "Ask again"
    ask_again_label: str = "Ask for a code again on {device}"
    asked_again: str = "That device is asked for a code again."


@dataclass(frozen=True, slots=True)
class ActivityTexts:
    """What happened to a person's own account."""

    page_title: str = "Your activity"
    intro: str = "What happened to your account. If something was not you, change your password."
    more: str = "Show more"
