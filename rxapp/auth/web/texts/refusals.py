"""What a form says when something was refused. English is the core's own words, which the HTTP API says too."""

from dataclasses import dataclass

from rxapp.auth.core import errors
from rxapp.auth.core.accounts.self_service import RegistrationClosed
from rxapp.auth.core.input_rules import InputRule
from rxapp.auth.core.login import provider_errors
from rxapp.auth.core.login.challenges import WrongChallenge
from rxapp.auth.core.login.email_errors import EmailRequired, MailedProofEnded
from rxapp.auth.core.login.passkey_errors import LastWayIn, PasskeyKnown, PasskeysUnavailable, WrongPasskey
from rxapp.auth.core.login.pending_logins import PendingLoginEnded
from rxapp.auth.core.login.second_factor import NoSecondFactor, SecondFactorNeeded, SecondFactorRequired, WrongCode
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.core.login.strength import TwoFactorsRequired
from rxapp.auth.http.runtime.service import Overloaded
from rxapp.auth.web.texts.plurals import ByCode


@dataclass(frozen=True, slots=True)
class RefusalTexts(ByCode):
    """Named as the codes of the errors and the names of the rules. An error of the app's own says its own message."""

    invalid_credentials: str = errors.InvalidCredentials.message
    wrong_password: str = errors.WrongPassword.message
    login_incomplete: str = LoginIncomplete.message
    second_factor_required: str = SecondFactorRequired.message
    wrong_code: str = WrongCode.message
    second_factor_needed: str = SecondFactorNeeded.message
    no_second_factor: str = NoSecondFactor.message
    wrong_passkey: str = WrongPasskey.message
    wrong_challenge: str = WrongChallenge.message
    passkeys_unavailable: str = PasskeysUnavailable.message
    passkey_known: str = PasskeyKnown.message
    last_way_in: str = LastWayIn.message
    mailed_proof_ended: str = MailedProofEnded.message
    email_required: str = EmailRequired.message
    provider_login_refused: str = provider_errors.ProviderLoginRefused.message
    provider_login_ended: str = provider_errors.ProviderLoginEnded.message
    provider_login_cancelled: str = provider_errors.ProviderLoginCancelled.message
    provider_unavailable: str = provider_errors.ProviderUnavailable.message
    provider_address_unverified: str = provider_errors.ProviderAddressUnverified.message
    provider_sign_up_closed: str = provider_errors.ProviderSignUpClosed.message
    provider_account_disabled: str = provider_errors.ProviderAccountDisabled.message
    provider_linked_elsewhere: str = provider_errors.ProviderLinkedElsewhere.message
    provider_not_confirmed: str = provider_errors.ProviderNotConfirmed.message
    login_expired: str = PendingLoginEnded.message
    registration_closed: str = RegistrationClosed.message
    last_administrator: str = errors.LastAdministrator.message
    not_found: str = errors.NotFound.message
    fresh_authentication_required: str = errors.FreshAuthenticationRequired.message
    two_factors_required: str = TwoFactorsRequired.message
    too_many_requests: str = errors.TooManyRequests.message
    temporarily_unavailable: str = Overloaded.message
    invalid_token: str = errors.InvalidToken.message
    token_expired: str = errors.AccessTokenExpired.message
    invalid_dpop_proof: str = errors.InvalidDpopProof.message
    use_dpop_nonce: str = errors.DpopNonceRequired.message
    device_key_required: str = errors.DeviceKeyRequired.message
    permission_denied: str = errors.PermissionDenied.message
    session_expired: str = errors.SessionExpired.message
    session_idle: str = errors.SessionIdle.message
    session_revoked: str = errors.SessionRevoked.message
    token_reused: str = errors.TokenReused.message

    user_name_missing: str = InputRule.USER_NAME_MISSING
    user_name_too_long: str = InputRule.USER_NAME_TOO_LONG
    user_name_unseen: str = InputRule.USER_NAME_UNSEEN
    user_name_taken: str = InputRule.USER_NAME_TAKEN
    user_name_looks_taken: str = InputRule.USER_NAME_LOOKS_TAKEN
    user_name_mixed: str = InputRule.USER_NAME_MIXED
    user_name_is_address: str = InputRule.USER_NAME_IS_ADDRESS
    display_name_refused: str = InputRule.DISPLAY_NAME_REFUSED
    password_too_short: str = InputRule.PASSWORD_TOO_SHORT
    password_too_long: str = InputRule.PASSWORD_TOO_LONG
    password_unstorable: str = InputRule.PASSWORD_UNSTORABLE
    password_contains_name: str = InputRule.PASSWORD_CONTAINS_NAME
    password_too_common: str = InputRule.PASSWORD_TOO_COMMON
    password_unchanged: str = InputRule.PASSWORD_UNCHANGED
    device_name_refused: str = InputRule.DEVICE_NAME_REFUSED
    second_factors_too_many: str = InputRule.SECOND_FACTORS_TOO_MANY
    email_refused: str = InputRule.EMAIL_REFUSED
    email_unchanged: str = InputRule.EMAIL_UNCHANGED
    email_taken: str = InputRule.EMAIL_TAKEN
    role_refused: str = InputRule.ROLE_REFUSED
    roles_too_long: str = InputRule.ROLES_TOO_LONG
