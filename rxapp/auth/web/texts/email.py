"""E-mail: forgotten passwords, codes to log in with, the page behind the links, one's own address, and messages of the app."""

from dataclasses import dataclass

from rxapp.auth.web.texts.plurals import ByCode


@dataclass(frozen=True, slots=True)
class EmailTexts:
    """The forms with which people ask for a message and type its code, and what they do with their address."""

    login_hint: str = "Or your e-mail address."
    forgot: str = "Forgot your password?"
    forgot_title: str = "Forgot your password?"
    forgot_why: str = "We send a code and a link to the e-mail address of your account. With either you choose a new password."
    code_instead: str = "Get a code by e-mail"
    code_title: str = "Log in with a code"
    code_why: str = "We send a code to the e-mail address of your account."
    who: str = "Username or e-mail address"
    send: str = "Send"
    sending: str = "Sending…"
    sent_title: str = "Look into your mailbox"
    sent: str = "If there is such an account with an e-mail address, a message with a code is on its way to it."
    code: str = "Code"
    go_on: str = "Go on"
    going_on: str = "Checking…"
    again: str = "Send another one"
    to_login: str = "To the login page"

    address: str = "E-mail address"
    no_address: str = (
        "With an e-mail address you can choose a new password if you forget yours, and you hear of what happens here."
    )
    has_address: str = "Messages about your account go to {address}."
    new_address: str = "New e-mail address"
    confirm_sent: str = "A message with a code is on its way to {address}."
    confirm: str = "Confirm"
    confirmed: str = "Your e-mail address is confirmed."
    cancel: str = "Cancel"
    remove: str = "Remove the address"
    remove_question: str = "Remove your e-mail address?"
    remove_why: str = "If you forget your password then, only an administrator can help you."
    removed: str = "Your e-mail address was removed."
    stage_why: str = "Your account needs an e-mail address. We send a code to it."
    of_user: str = "E-mail address"
    of_user_none: str = "None."

    invite_hint: str = "If you fill it in, the link goes there, and whoever uses it has confirmed the address."
    invited: str = "{user_name} was created, and a link is on its way to {address}."
    confirm_by_code: str = "Send me a code by e-mail"
    confirm_with_code: str = "Confirm with the code"


@dataclass(frozen=True, slots=True)
class MailLinkTexts:
    """The page behind the links in messages. Each link does something only when its button is clicked."""

    title: str = "Link from a message"
    reset: str = "Choose a new password for the user {user_name}. All sessions of the account end then."
    reset_button: str = "Choose a new password"
    invite: str = "Choose a password for the user {user_name}."
    invite_button: str = "Choose a password"
    login: str = "Log in here as {user_name}."
    login_button: str = "Log in"
    elsewhere: str = "Somebody wants to log in as {user_name} in another browser:"
    elsewhere_device: str = "{device}, network address {network}"
    elsewhere_why: str = "If that is you, type the code there. Do not tell it to anybody else."
    show_code: str = "That is me: show the code"
    not_me_button: str = "That is not me"
    refused: str = "That log-in is not possible any more."
    confirm: str = "Confirm the address {address} for the user {user_name}."
    confirm_button: str = "Confirm the address"
    confirm_elsewhere: str = (
        "This confirms an address for an account that you are not logged in to here. Log in to it, or type the code of the "
        "message where you asked for it. If you did not ask for it, do nothing."
    )
    log_in: str = "Log in"
    confirmed: str = "The address is confirmed."
    undo: str = "The e-mail address of the user {user_name} was changed. Take it back, so that it is {address} again?"
    undo_why: str = (
        "All sessions of the account end. Its password and second factors that were added since are not good any more, and a "
        "link for a new password is sent to this address."
    )
    undo_button: str = "Take the change back"
    undone: str = "It is taken back. All sessions have ended, and a link for a new password is on its way to you."
    disown: str = "Something has happened to the account {user_name} that was not you?"
    disown_why: str = (
        "All sessions of the account end. Its password and second factors that were added since are not good any more, and a "
        "link for a new password is sent to you."
    )
    disown_button: str = "This was not me"
    disowned: str = "All sessions have ended, and a link for a new password is on its way to you."
    busy: str = "One moment…"
    ended: str = "This link was used already, or is too old."
    to_the_start: str = "To the start page"


@dataclass(frozen=True, slots=True)
class MailTexts(ByCode):
    """The administrators' page of messages, and the mailbox of development. The last ones are named as the kinds of messages."""

    page_title: str = "Messages"
    tab: str = "Messages"
    label: str = "Messages"
    what: str = "What"
    recipient: str = "To"
    state: str = "State"
    created: str = "Created"
    sent: str = "Sent"
    waits: str = "Waits"
    given_up: str = "Given up"
    attempts: str = "Attempt {tries}: {error}"
    retry: str = "Try again"
    retried: str = "It will be tried again."
    none: str = "No message"
    none_why: str = "Messages stay here for a week, and those that could not be sent for a month."
    mailbox: str = "Mailbox"
    mailbox_why: str = "In development, without a mail server, these messages would have been sent."

    confirm: str = "Confirm an address"
    reset: str = "New password"
    login: str = "Code to log in"
    step_up: str = "Code to confirm"
    invite: str = "Invitation"
    notice: str = "Notice"
    new_device: str = "Notice: new device"
    more_notices: str = "Notice: there are more"
    address_changed: str = "Notice: address changed"
    address_removed: str = "Notice: address removed"
    address_in_use: str = "Notice: address in use"
