"""All refusals: one class for each reason, all under `AuthError`.

`code` is stable and part of the HTTP contract. `message` is the one vague sentence that a person may read. The HTTP layer
(`rxapp.auth.http.problems`) chooses the status, because it depends on the request: for an ended session, a refresh gets 400 and a
read gets 401.
"""

import math
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from rxapp.auth.core.input_rules import InputRule


class RevocationReason(StrEnum):
    """Why a session was ended before its expiry. It is stored with the session."""

    SIGNED_OUT = "signed_out"
    SESSION_REVOKED = "session_revoked"
    TOKEN_REUSED = "token_reused"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_CONFIRMED = "password_confirmed"
    SECOND_FACTOR_CONFIRMED = "second_factor_confirmed"
    ENDED_BY_ADMINISTRATOR = "ended_by_administrator"
    SECOND_FACTOR_RESET = "second_factor_reset"
    PASSKEY_REMOVED = "passkey_removed"
    PASSWORD_REMOVED = "password_removed"
    PROVIDER_REMOVED = "provider_removed"
    LOGGED_OUT_AT_PROVIDER = "logged_out_at_provider"
    DISOWNED = "disowned"
    USER_DISABLED = "user_disabled"
    ACCOUNT_DELETED = "account_deleted"


class AuthError(Exception):
    """Base of every refusal."""

    code: ClassVar[str] = "auth_error"
    message: str = "The request was refused."
    retry_after_seconds: int = 0
    """After how many seconds a retry makes sense; 0 if waiting changes nothing."""

    def __init__(self) -> None:
        super().__init__(self.message)


class InvalidCredentials(AuthError):
    """Unknown user, wrong password or disabled user. The answer never says which."""

    code = "invalid_credentials"
    message = "The user name or the password is wrong."


class WrongPassword(AuthError):
    """A signed-in person was asked for the password again, and it was wrong."""

    code = "wrong_password"
    message = "The password is wrong."


class InputRefused(AuthError):
    """Base of refused input, which the person can correct. `message` says how, and `rule` names the `InputRule`, if it is ours.

    `limits` are the numbers for the braces in the message.
    """

    code = "input_refused"

    def __init__(self, message: str, **limits: int) -> None:
        self.rule = message.name.lower() if isinstance(message, InputRule) else ""
        self.limits = limits
        self.message: str = message.format(**limits) if limits else str(message)
        super().__init__()


class InvalidUserName(InputRefused):
    """Empty, too long, or with invisible characters."""

    code = "invalid_user_name"


class UserNameTaken(InputRefused):
    """Somebody already has this user name, perhaps in another spelling with the same key."""

    code = "user_name_taken"
    rule_broken: ClassVar[InputRule] = InputRule.USER_NAME_TAKEN

    def __init__(self) -> None:
        super().__init__(self.rule_broken)


class UserNameLooksTaken(UserNameTaken):
    """This user name looks like somebody else's."""

    rule_broken = InputRule.USER_NAME_LOOKS_TAKEN


class PasswordRefused(InputRefused):
    """The new password does not meet the policy."""

    code = "password_refused"


class LastAdministrator(AuthError):
    """The only administrator cannot be removed, disabled or lose the role: nobody could administer any more."""

    code = "last_administrator"
    message = "This is the only administrator. Make somebody else one first."


class NotFound(AuthError):
    """There is no such object, or the caller may not know of it."""

    code = "not_found"
    message = "It does not exist, or not any more."


class FreshAuthenticationRequired(AuthError):
    """Signed in, but this action needs a password that was given more recently (RFC 9470)."""

    code = "fresh_authentication_required"
    message = "Please enter your password again."


class TooManyRequests(AuthError):
    """A rate limit is used up. Nothing was checked, and nothing has changed.

    `limit` names it. `is_first` marks the first refusal in a period: the audit log records it once, not at each request.
    """

    code = "too_many_requests"
    message = "Too many attempts."

    def __init__(self, retry_after: timedelta, limit: str = "", *, is_first: bool = False) -> None:
        super().__init__()
        self.retry_after_seconds: int = max(1, math.ceil(retry_after.total_seconds()))
        self.limit = limit
        self.is_first = is_first


class Misconfigured(ValueError):
    """The settings of a feature do not fit together, or something is missing. The message is for the operator."""


class InvalidToken(AuthError):
    """Forged, malformed, unknown, or not of the same session as its partner token. The attempt has changed nothing."""

    code = "invalid_token"
    message = "The token is not valid."


class AccessTokenExpired(InvalidToken):
    """The access token has a valid signature and is past its lifetime: rotate and try again."""

    code = "token_expired"
    message = "The access token has expired."


class InvalidDpopProof(AuthError):
    """The request has no valid proof of the key that it needs one of. A session that is bound to the key stays active."""

    code = "invalid_dpop_proof"
    message = "The proof of the device's key was refused."


class OtherDevice(InvalidDpopProof):
    """The session is bound to the key of another device."""

    message = "This login belongs to another device."


class DpopNonceRequired(InvalidDpopProof):
    """The proof has no nonce of ours, or one that is too old. Make a new proof with the nonce in the answer (RFC 9449 §8)."""

    code = "use_dpop_nonce"
    message = "The DPoP proof needs the nonce that the server gave."


class DeviceKeyRequired(AuthError):
    """The settings require sessions that are bound to a key, and the client proved none."""

    code = "device_key_required"
    message = "This browser cannot keep a key, and signing in is only possible with one."


class AccessTokenNotYetValid(AccessTokenExpired):
    """The access token has a valid signature and a future date: our clock was set back. A rotation helps here too."""

    message = "The access token is not valid yet."


class PermissionDenied(AuthError):
    """Signed in, without the role."""

    code = "permission_denied"
    message = "You do not have permission to do this."


class SessionEnded(AuthError):
    """The session has ended. The login page shows `reason` to the person. `user_id` is the session's user, if known."""

    def __init__(self, session_id: UUID, user_id: UUID | None = None) -> None:
        super().__init__()
        self.session_id = session_id
        self.user_id = user_id

    @property
    def reason(self) -> str:
        """The code for the login page. In most cases it is the error's own."""
        return self.code


class SessionExpired(SessionEnded):
    """The session is past its lifetime. Rotation never extends it."""

    code = "session_expired"
    message = "The session has reached the end of its lifetime."


class SessionIdle(SessionEnded):
    """The session was unused for longer than the idle timeout."""

    code = "session_idle"
    message = "The session was not used for too long."


class SessionRevoked(SessionEnded):
    """Ended by its owner, by an administrator, or by an earlier reuse detection."""

    code = "session_revoked"
    message = "The session has been ended."

    def __init__(self, session_id: UUID, user_id: UUID | None = None, reason: str = RevocationReason.SESSION_REVOKED) -> None:
        super().__init__(session_id, user_id)
        self._reason = reason

    @property
    def reason(self) -> str:
        """Why it was revoked, as stored with the session."""
        return self._reason


class TokenReused(SessionEnded):
    """Reuse detection: a spent refresh token came back, so somebody holds a copy. The whole session has been revoked."""

    code = "token_reused"
    message = "A refresh token was used twice. The session has been ended."
