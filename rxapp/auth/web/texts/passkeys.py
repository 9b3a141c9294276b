"""Passkeys: to log in, as another step after the password, to confirm who one is; and a person's own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PasskeyTexts:
    """`synced` and `one_device` say where a passkey is. `cancelled` and the like say why a browser's prompt ended without one."""

    use: str = "Use a passkey"
    busy: str = "Waiting for the passkey…"
    why_after_password: str = "Confirm with a passkey: the browser asks for your fingerprint, your face, a PIN or a security key."
    use_instead: str = "Use a passkey instead"
    cancelled: str = "No passkey was used. You can try again, or go on in another way."
    wrong_address: str = "Passkeys do not work at the address under which this page was opened."
    failed: str = "The browser could not use a passkey. You can try again, or go on in another way."
    unsupported: str = "This browser has no passkeys at this address."

    title: str = "Passkeys"
    none: str = (
        "With a passkey you log in without a name and a password: your device asks for your fingerprint, your face or its PIN. "
        "Nobody can guess it or fish for it."
    )
    some: str = "Each of these logs you in without your password."
    added: str = "Added {when}"
    last_used: str = "last used {when}"
    never_used: str = "not used yet"
    synced: str = "synced between devices"
    one_device: str = "only on this device"
    add: str = "Add a passkey"
    add_title: str = "Add a passkey"
    add_why: str = "Your browser asks where to keep it, and who you are. Afterwards you can give it a name."
    create: str = "Create it"
    creating: str = "Waiting for the browser…"
    known: str = "This device has a passkey for your account already."
    not_added: str = "No passkey was added. You can try again."
    name_title: str = "Name the passkey"
    name: str = "Name"
    name_hint: str = "So that you recognise it later."
    default_name: str = "Passkey"
    save: str = "Save"
    saving: str = "Saving…"
    done: str = "The passkey was added."
    rename: str = "Rename"
    rename_label: str = "Rename {name}"
    renamed: str = "The name was changed."
    remove: str = "Remove"
    remove_question: str = "Remove {name}?"
    remove_why: str = "It lets nobody in any more, and your other sessions that began with a passkey end."
    removed: str = "The passkey was removed."
    ask: str = "Ask for a passkey after my password too"
    ask_why: str = "Then your password alone lets nobody in. Have recovery codes or a second passkey, in case one gets lost."

    password: str = "Password"
    with_password: str = "You can log in with your password too. Without it, nobody can guess it or fish for it."
    without_password: str = "Your account has no password. You log in in another way."
    password_needs_passkey: str = "Your password is the only way to log in. With a passkey you could do without it."
    remove_password: str = "Remove my password"
    remove_password_question: str = "Remove your password?"
    remove_password_why: str = (
        "From then on you log in in your other ways only. If you lose all of them, an administrator must send you a link. "
        "Your other sessions that began with the password end."
    )
    password_removed: str = "Your password was removed."
    set_password: str = "Set a password"
    setting_password: str = "Setting…"
    password_set: str = "Your password was set."
