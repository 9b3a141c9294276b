"""Login, registration and choosing a password."""

from dataclasses import dataclass

from rxapp.auth.web.texts.plurals import ByCode, Counted


@dataclass(frozen=True, slots=True)
class ReasonTexts(ByCode):
    """Why somebody finds themself at the login page. A code that is not here is not shown, for it comes from the URL."""

    signed_out: str = "You are logged out."
    session_expired: str = "You have been logged out because your session has reached its end. Please log in again."
    session_idle: str = "You have been logged out because you were away for a while. Please log in again."
    session_revoked: str = "Your session was ended. Please log in again."
    password_changed: str = "You have been logged out because your password was changed. Please log in with the new one."
    password_confirmed: str = (
        "You have been logged out because you confirmed your password in another place that used the same login. "
        "Please log in again."
    )
    second_factor_confirmed: str = (
        "You have been logged out because you confirmed your second factor in another place that used the same login. "
        "Please log in again."
    )
    ended_by_administrator: str = "An administrator ended your session. Please log in again."
    second_factor_reset: str = "An administrator has removed your second factors. Please log in again."
    passkey_removed: str = "You have been logged out because a passkey of your account was removed. Please log in again."
    password_removed: str = "You have been logged out because your password was removed. Please log in in another way."
    disowned: str = (
        "You have been logged out because somebody with your mailbox said that this was not you. Please choose a new password."
    )
    provider_removed: str = (
        "You have been logged out because a link of your account to a provider was removed. Please log in again."
    )
    logged_out_at_provider: str = "You have been logged out because you have logged out at your provider."
    user_disabled: str = "An administrator has disabled your account."
    account_deleted: str = "Your account has been deleted."
    token_reused: str = (
        "You have been logged out because your login was used in two places. Somebody else may have a copy of it. "
        "Please log in again. If this was not you, change your password."
    )
    invalid_dpop_proof: str = (
        "The login stored in this browser was made for another device, so it does not work here. Please log in again."
    )
    invalid_token: str = "The login stored in this browser is not valid any more. Please log in again."


@dataclass(frozen=True, slots=True)
class LoginTexts:
    """The login page. The user name's label is that of `RegisterTexts` and of the administration too."""

    title: str = "Log in"
    subtitle: str = "Welcome back to {app}."
    or_: str = "or"
    username: str = "Username"
    password: str = "Password"
    submit: str = "Log in"
    busy: str = "Logging in…"
    new_here: str = "New here? {register}"
    register: str = "Create an account"
    reasons: ReasonTexts = ReasonTexts()


@dataclass(frozen=True, slots=True)
class RegisterTexts:
    """The registration page."""

    title: str = "Create an account"
    subtitle: str = "All you need for {app}, in a minute."
    display_name: str = "Display name"
    display_name_hint: str = "What others see. You may leave it empty."
    submit: str = "Create account"
    busy: str = "Creating…"
    have_one: str = "Already have an account? {log_in}"
    already: str = "You are logged in as {user_name}. To create another account, log out first."
    go_on: str = "Go on"


@dataclass(frozen=True, slots=True)
class PasswordTexts:
    """The fields for a password. `strengths` are for the scores 2, 3 and 4; what is worse is refused, in its own words."""

    show: str = "Show"
    show_label: str = "Show what was typed"
    password: str = "Password"
    repeat_password: str = "Repeat password"
    new_password: str = "New password"
    repeat_new_password: str = "Repeat new password"
    mismatch: str = "The two passwords are not the same."
    hint: str = "At least {minimum} characters. A few random words will do."
    missing: Counted = Counted("1 more character to go", "{count} more characters to go")
    strengths: tuple[str, str, str] = ("Could be better", "Good", "Very good")


@dataclass(frozen=True, slots=True)
class NewPasswordTexts:
    """The stage of a login in which a new password is chosen: the old one is too easy to guess (`why`), or was forgotten."""

    title: str = "Choose a new password"
    why: str = "Your password was right, but it is too easy to guess by the rules of today. Choose a new one to log in."
    why_link: str = "Your other sessions end when you choose it."
    submit: str = "Log in with it"
    busy: str = "Logging in…"
    back: str = "Start again"


@dataclass(frozen=True, slots=True)
class SetPasswordTexts:
    """The page behind a set-password link."""

    title: str = "Set your password"
    whose: str = "For the user {user_name}."
    submit: str = "Set password"
    busy: str = "Setting…"
    spent: str = "This link was used already, or is too old. Ask for a new one."
