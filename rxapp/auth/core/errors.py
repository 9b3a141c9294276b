"""Everything that can be refused: one class a reason, all under `AuthError`.

`code` is stable and part of the HTTP contract; `message` is the one vague sentence that a person may read. Which status an
error gets is the edge's to say, for it depends on what was asked (a dead session is a 400 to a refresh and a 401 to a read).
"""

import math
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from rxapp.auth.core.input_rules import InputRule


class RevocationReason(StrEnum):
    """Why a session was ended before its time; stored with it."""

    SIGNED_OUT = "signed_out"
    SESSION_REVOKED = "session_revoked"
    TOKEN_REUSED = "token_reused"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_CONFIRMED = "password_confirmed"
    ENDED_BY_ADMINISTRATOR = "ended_by_administrator"
    USER_DISABLED = "user_disabled"
    ACCOUNT_DELETED = "account_deleted"


class AuthError(Exception):
    """Base of every refusal."""

    code: ClassVar[str] = "auth_error"
    message: str = "The request was refused."
    retry_after_seconds: int = 0
    """When it makes sense to ask again; 0 where waiting changes nothing."""

    def __init__(self) -> None:
        super().__init__(self.message)


class InvalidCredentials(AuthError):
    """Unknown user, wrong password or disabled user: never said which."""

    code = "invalid_credentials"
    message = "The user name or the password is wrong."


class WrongPassword(AuthError):
    """Somebody who is signed in was asked for their password again, and it was not the right one."""

    code = "wrong_password"
    message = "The password is wrong."


class InputRefused(AuthError):
    """Base of what a person can mend by writing something else; `message` says what, and `rule` names it if it is one of ours.

    `limits` are the numbers that the message has in braces.
    """

    code = "input_refused"

    def __init__(self, message: str, **limits: int) -> None:
        self.rule = message.name.lower() if isinstance(message, InputRule) else ""
        self.limits = limits
        self.message: str = message.format(**limits) if limits else str(message)
        super().__init__()


class InvalidUserName(InputRefused):
    """Empty, too long, or with characters that cannot be seen."""

    code = "invalid_user_name"


class UserNameTaken(InputRefused):
    """Somebody has this user name already, perhaps in other letters that read the same."""

    code = "user_name_taken"
    rule_broken: ClassVar[InputRule] = InputRule.USER_NAME_TAKEN

    def __init__(self) -> None:
        super().__init__(self.rule_broken)


class UserNameLooksTaken(UserNameTaken):
    """A reader may take this user name for somebody else's."""

    rule_broken = InputRule.USER_NAME_LOOKS_TAKEN


class PasswordRefused(InputRefused):
    """The new password does not meet the policy."""

    code = "password_refused"


class LastAdministrator(AuthError):
    """Without this user, or without this role of theirs, nobody could administer anything any more."""

    code = "last_administrator"
    message = "This is the only administrator. Make somebody else one first."


class NotFound(AuthError):
    """There is no such thing, or none that the asker may know of."""

    code = "not_found"
    message = "It does not exist, or not any more."


class FreshAuthenticationRequired(AuthError):
    """Signed in, but the password was given too long ago for this (RFC 9470)."""

    code = "fresh_authentication_required"
    message = "Please enter your password again."


class TooManyRequests(AuthError):
    """A limit is used up. Nothing was checked, and nothing has changed.

    `limit` names it. `is_first` says that it is the first refusal in a while: what is written down once, not at each request.
    """

    code = "too_many_requests"
    message = "Too many attempts."

    def __init__(self, retry_after: timedelta, limit: str = "", *, is_first: bool = False) -> None:
        super().__init__()
        self.retry_after_seconds: int = max(1, math.ceil(retry_after.total_seconds()))
        self.limit = limit
        self.is_first = is_first


class InvalidToken(AuthError):
    """Forged, malformed, unknown, or not of the same session as its partner. Nothing has changed by presenting it."""

    code = "invalid_token"
    message = "The token is not valid."


class AccessTokenExpired(InvalidToken):
    """The access token was genuine and is past its lifetime: rotate and try again."""

    code = "token_expired"
    message = "The access token has expired."


class InvalidDpopProof(AuthError):
    """Tokens of a session that is bound to a device's key, without a good proof of that key. The session lives on."""

    code = "invalid_dpop_proof"
    message = "This sign-in belongs to another device."


class DpopNonceRequired(InvalidDpopProof):
    """The proof is over no nonce of ours, or over one that is too old: make another over the nonce given (RFC 9449 §8)."""

    code = "use_dpop_nonce"
    message = "The DPoP proof needs the nonce that the server gave."


class DeviceKeyRequired(AuthError):
    """Sessions must be bound to a key here, and the client has proved none."""

    code = "device_key_required"
    message = "This browser cannot keep a key, and signing in is only possible with one."


class AccessTokenNotYetValid(AccessTokenExpired):
    """The access token is genuine and from the future: our clock was set back since. Rotating mends this too."""

    message = "The access token is not valid yet."


class PermissionDenied(AuthError):
    """Signed in, without the role."""

    code = "permission_denied"
    message = "You do not have permission to do this."


class SessionEnded(AuthError):
    """The session is over: `reason` is what the person is told at the login page. `user_id` is whose it was, if that is known."""

    def __init__(self, session_id: UUID, user_id: UUID | None = None) -> None:
        super().__init__()
        self.session_id = session_id
        self.user_id = user_id

    @property
    def reason(self) -> str:
        """The code for the login page; for most ends the error's own."""
        return self.code


class SessionExpired(SessionEnded):
    """Past its lifetime, which rotation never extends."""

    code = "session_expired"
    message = "The session has reached the end of its lifetime."


class SessionIdle(SessionEnded):
    """Not used for longer than the idle timeout."""

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
    """A spent refresh token came back: somebody holds a copy, so the whole session has been revoked."""

    code = "token_reused"
    message = "A refresh token was used twice. The session has been ended."
