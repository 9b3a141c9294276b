"""Second factors: at login, in a person's own account, and for administrators."""

from dataclasses import dataclass

from rxapp.auth.web.texts.plurals import Counted


@dataclass(frozen=True, slots=True)
class SecondFactorTexts:
    """The stage of a login that asks for a second factor."""

    title: str = "One more step"
    why: str = "Enter the six digits that your authenticator app shows now."
    code: str = "Code"
    why_recovery: str = "Enter one of the recovery codes that you have stored. Each works once."
    recovery_code: str = "Recovery code"
    use_recovery: str = "Use a recovery code instead"
    use_app: str = "Use the authenticator app instead"
    submit: str = "Confirm"
    busy: str = "Checking…"
    back: str = "Start again"
    enrol_title: str = "Add a second factor"
    enrol_why: str = (
        "Your account must have one. You need an app that makes one-time codes, on your phone or in a password manager."
    )
    trust: Counted = Counted("Do not ask on this device for a day", "Do not ask on this device for {count} days")
    trust_briefly: str = "Do not ask on this device for a while"


@dataclass(frozen=True, slots=True)
class SecurityTexts:
    """A person's own apps and recovery codes, and the page around them. `qr_code` and the like are for screen readers."""

    page_title: str = "Security"
    tab: str = "Security"
    apps: str = "Authenticator apps"
    none: str = "With an authenticator app on your phone, your password alone lets nobody in: each login asks for a code too."
    some: str = "Each login asks for a code of one of these, after the password."
    add: str = "Add an authenticator app"
    added: str = "Added {when}"
    last_used: str = "last used {when}"
    never_used: str = "not used yet"
    rename: str = "Rename"
    rename_label: str = "Rename {name}"
    rename_title: str = "Rename the app"
    save: str = "Save"
    saving: str = "Saving…"
    remove: str = "Remove"
    remove_question: str = "Remove {name}?"
    remove_why: str = (
        "Its codes let nobody in any more. Without any second factor your password alone is enough, and recovery codes end."
    )
    removed: str = "The app was removed."
    renamed: str = "The name was changed."

    add_title: str = "Add an authenticator app"
    scan: str = "Scan this code with the app, or open the link on the phone that has it."
    qr_code: str = "QR code for the authenticator app"
    open_link: str = "Open in an app on this device"
    secret: str = "Or type this key into the app"
    name: str = "Name"
    name_hint: str = "So that you recognise it later."
    default_name: str = "Phone"
    code: str = "Code that the app shows now"
    confirm: str = "Add it"
    confirming: str = "Checking…"
    done: str = "The app was added. From now on each login asks for its code."

    recovery: str = "Recovery codes"
    recovery_why: str = "If you lose your phone or your passkey, a recovery code lets you in after the password. Each works once."
    left: Counted = Counted("One recovery code is left.", "{count} recovery codes are left.", "No recovery code is left.")
    renew: str = "Make new recovery codes"
    renew_question: str = "Make ten new recovery codes?"
    renew_why: str = "All old ones end at once."
    shown_once: str = "Store these codes where nobody else finds them. They are not shown again."
    codes_label: str = "Your recovery codes"
    copy: str = "Copy"
    download: str = "Download"
    print: str = "Print"
    stored: str = "I have stored them"

    of_user: str = "Second factors"
    of_user_none: str = "None. The password alone is enough."
    of_user_some: str = "They have an authenticator app or passkeys."
    reset: str = "Remove all second factors"
    reset_question: str = "Remove all second factors of {user_name}?"
    reset_why: str = (
        "Do it only if you are sure who is asking. Apps, recovery codes and passkeys go, all their sessions end, and "
        "the password alone is enough. Who has no password needs a link to set one afterwards."
    )
