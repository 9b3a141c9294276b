"""The words of the messages, in each language. What is in braces is filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Letter:
    """One kind of message: subject, what it says, the words below the code, the button, the end, the words above the link."""

    subject: str
    says: str
    code: str = ""
    button: str = ""
    below: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class MailTexts:
    """One language. `notices` say what has happened, by the kinds of events."""

    language: str
    greeting: str
    letters: Mapping[str, Letter]
    notices: Mapping[str, str]
    not_me: str
    not_me_why: str
    when: str
    device: str
    network: str
    by_other: str
    months: tuple[str, ...] = field(repr=False)
    browser_on: str = "{browser} on {system}"
    moment: str = "{day} {month} {year}, {hour:02}:{minute:02} UTC"
    footer: str = ""


ENGLISH = MailTexts(
    language="en",
    greeting="Hello {user_name},",
    letters={
        "confirm": Letter(
            "Confirm your e-mail address for {app}",
            "Somebody wants to use this address for an account at {app}. If it was you, confirm it with this code:",
            "The code is good for ten minutes, in the page where you asked for it.",
            "Confirm the address",
            "If it was not you, do nothing. Then nobody gets anywhere with your address.",
        ),
        "reset": Letter(
            "Choose a new password for {app}",
            "Somebody has asked for a new password for your account at {app}. If it was you, this is your code:",
            "It is good for ten minutes, in the page where you asked for it.",
            "Choose a new password",
            "If it was not you, do nothing. Your password stays as it is.",
            "For half an hour you can open this page instead:",
        ),
        "login": Letter(
            "Your code to log in to {app}",
            "This is your code to log in to {app}:",
            "It is good for ten minutes, in the page where you asked for it. Do not tell it to anybody.",
            "Log in",
            "If you do not want to log in, do nothing.",
        ),
        "step_up": Letter(
            "Your code for {app}",
            "This is your code to confirm at {app} that it is you:",
            "It is good for ten minutes, in the page where you asked for it. Do not tell it to anybody.",
            "",
            "If you did not ask for it, somebody else uses your account. Log in and end all other sessions.",
        ),
        "invite": Letter(
            "You have an account at {app}",
            "An account was made for you at {app}. Choose a password to use it. The link is good for seven days.",
            "",
            "Choose a password",
            "If you do not know why, do nothing.",
        ),
        "notice": Letter("Your account at {app}: {notice_subject}", "{notice}"),
        "more_notices": Letter(
            "Your account at {app}: much has happened",
            "More has happened to your account within an hour than we write messages about. Log in and look at its activity.",
        ),
        "address_changed": Letter(
            "Your account at {app} has another e-mail address",
            "The e-mail address of your account at {app} was changed. This one is not used for it any more.",
            "",
            "Take the change back",
            "If it was not you, take it back within seven days. All sessions and the password end. You get a link for a new one.",
        ),
        "address_removed": Letter(
            "Your account at {app} has no e-mail address any more",
            "The e-mail address of your account at {app} was removed.",
            "",
            "Take that back",
            "If it was not you, take it back within seven days. All sessions and the password end. You get a link for a new one.",
        ),
        "address_in_use": Letter(
            "Your e-mail address at {app}",
            "Somebody wants to use this address for another account at {app}. It belongs to your account already: {user_name}.",
            "",
            "",
            "If it was you, log in to that account. If you have forgotten its password, ask for a new one at the login page.",
        ),
    },
    notices={
        "new_device": "Somebody has logged in to your account on a device that it has not seen before.",
        "password_changed": "The password of your account was changed.",
        "password_set": "The password of your account was set.",
        "password_removed": "The password of your account was removed.",
        "token_reused": "A login was used in two places. Somebody may have copied it, so its session was ended.",
        "second_factor_reset": "The second factors of your account were removed by an administrator.",
        "second_factor_added": "A second factor was added to your account.",
        "second_factor_removed": "A second factor was removed from your account.",
        "recovery_codes_made": "New recovery codes were made for your account.",
        "recovery_code_used": "A recovery code was used to log in to your account.",
        "passkey_added": "A passkey was added to your account.",
        "passkey_removed": "A passkey was removed from your account.",
        "passkey_not_asked_for": "No passkey is asked for after your password any more.",
        "provider_linked": "An account at another provider was linked to yours. It logs in to your account.",
        "provider_unlinked": "The link of your account to one at another provider was removed.",
        "user_deleted": "Your account was deleted.",
    },
    not_me="This was not me",
    not_me_why="If it was not you: this ends all sessions and the password of your account, and sends you a link for a new one.",
    when="When",
    device="Device",
    network="Network address",
    by_other="It was done by an administrator.",
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    footer="This message was sent by {app}. Nobody reads answers to it.",
)
