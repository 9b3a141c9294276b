"""The audit log in words: what happened, why a session was ended, and what open pages say of it."""

from dataclasses import dataclass

from rxapp.auth.web.texts.plurals import ByCode


@dataclass(frozen=True, slots=True)
class EventKindTexts(ByCode):
    """Named as the kinds of `EventKind`."""

    login: str = "Logged in"
    login_failed: str = "Failed attempt to log in"
    second_factor_asked: str = "Password right, second factor asked for"
    refresh_refused: str = "A stored login was refused"
    token_reused: str = "A login was used in two places, so its session was ended"
    device_proof_refused: str = "A login was used without the key of its device, and refused"
    session_revoked: str = "Session ended"
    session_replaced: str = "New session in place of another one"
    password_confirmed: str = "Password confirmed"
    password_confirmation_failed: str = "Wrong password when asked to confirm"
    second_factor_confirmed: str = "Second factor confirmed"
    second_factor_refused: str = "Wrong code when asked for the second factor"
    password_changed: str = "Password changed"
    password_set: str = "Password set by link"
    password_link_issued: str = "Link to set a password created"
    user_registered: str = "Account registered"
    user_created: str = "Account created"
    user_imported: str = "Account moved over from another app"
    user_renamed: str = "Display name changed"
    user_disabled: str = "Account disabled"
    user_enabled: str = "Account enabled"
    user_deleted: str = "Account deleted"
    roles_changed: str = "Roles changed"
    permission_denied: str = "Tried something without permission"
    upload_refused: str = "Upload refused: it had no ticket from its page"
    second_factor_added: str = "Device for one-time codes added"
    second_factor_renamed: str = "Device for one-time codes renamed"
    second_factor_removed: str = "Device for one-time codes removed"
    recovery_codes_made: str = "New recovery codes made"
    recovery_code_used: str = "Recovery code used to log in"
    second_factor_reset: str = "Second factors removed by an administrator"
    device_trusted: str = "Device trusted: it is not asked for a second factor for a while"
    device_trust_ended: str = "Device is asked for a second factor again"
    passkey_added: str = "Passkey added"
    passkey_renamed: str = "Passkey renamed"
    passkey_removed: str = "Passkey removed"
    passkey_asked_for: str = "From now on a passkey is asked for after the password"
    passkey_not_asked_for: str = "No passkey is asked for after the password any more"
    passkey_confirmed: str = "Confirmed with a passkey"
    passkey_refused: str = "A passkey was refused"
    password_removed: str = "Password removed"
    email_confirmed: str = "E-mail address confirmed"
    email_changed: str = "E-mail address changed"
    email_removed: str = "E-mail address removed"
    email_restored: str = "Change of the e-mail address taken back"
    email_reset_asked: str = "Message for a new password asked for"
    email_login_asked: str = "Code to log in asked for by e-mail"
    email_code_confirmed: str = "Confirmed with a mailed code"
    email_code_refused: str = "A mailed code was refused"
    disowned: str = 'Answered "this was not me" to a message'
    invited: str = "Invited by e-mail"
    provider_linked: str = "Account at a provider linked"
    provider_unlinked: str = "Link to an account at a provider removed"
    provider_confirmed: str = "Confirmed at a provider"
    provider_login_refused: str = "A login by a provider was refused"
    keys_rotated: str = "Signing key changed"
    throttled: str = "Too many attempts, slowed down"


@dataclass(frozen=True, slots=True)
class EndTexts(ByCode):
    """Named as the values of `RevocationReason`; a reason that is not here is `session_revoked` of the kinds."""

    signed_out: str = "Logged out"
    session_revoked: str = "Session ended by its owner"
    password_changed: str = "Session ended because the password was changed"
    password_confirmed: str = "Session replaced when the password was confirmed"
    second_factor_confirmed: str = "Session replaced when the second factor was confirmed"
    ended_by_administrator: str = "Session ended by an administrator"
    second_factor_reset: str = "Session ended because the second factors were removed"
    passkey_removed: str = "Session ended because a passkey was removed"
    password_removed: str = "Session ended because the password was removed"
    disowned: str = 'Session ended because its owner said "this was not me"'
    provider_removed: str = "Session ended because a link to a provider was removed"
    logged_out_at_provider: str = "Logged out at the provider"
    user_disabled: str = "Session ended because the account was disabled"
    account_deleted: str = "Session ended because the account was deleted"


@dataclass(frozen=True, slots=True)
class NewsTexts(ByCode):
    """What every open page of a person says after an event. Named as the kinds of events, between `title` and `not_you`.

    The notice stays until it is closed. So no sentence says "just now".
    """

    title: str = "While this page was open:"
    second_factor_added: str = "A second factor was added to your account, on {device}."
    second_factor_renamed: str = "A second factor of your account was renamed, on {device}."
    second_factor_removed: str = "A second factor was removed from your account, on {device}."
    recovery_codes_made: str = "New recovery codes were made for your account, on {device}."
    recovery_code_used: str = "A recovery code was used to log in, on {device}."
    passkey_added: str = "A passkey was added to your account, on {device}."
    passkey_renamed: str = "A passkey of your account was renamed, on {device}."
    passkey_removed: str = "A passkey was removed from your account, on {device}."
    passkey_asked_for: str = "From now on a passkey is asked for after your password: chosen on {device}."
    passkey_not_asked_for: str = "No passkey is asked for after your password any more: chosen on {device}."
    password_removed: str = "The password of your account was removed, on {device}."
    email_confirmed: str = "An e-mail address was confirmed for your account, on {device}."
    email_changed: str = "The e-mail address of your account was changed, on {device}."
    email_removed: str = "The e-mail address of your account was removed, on {device}."
    email_restored: str = "A change of your e-mail address was taken back, on {device}."
    provider_linked: str = "An account elsewhere was linked to yours, on {device}."
    provider_unlinked: str = "A link to an account elsewhere was removed, on {device}."
    not_you: str = "If that was not you, change your password."
