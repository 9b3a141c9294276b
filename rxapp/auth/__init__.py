"""Login done properly: short-lived access tokens, rotating refresh tokens, and sessions that end when they should.

These names come from `rxapp.auth.core`, which knows no web framework. `rxapp.auth.http` is for FastAPI, `rxapp.auth.web` for
Reflex.
"""

from typing import TYPE_CHECKING

from rxapp.auth.core.accounts.self_service import RegistrationClosed
from rxapp.auth.core.clock import Clock, system_clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.migration_history import DatabaseNotMigrated, MigrationHistory, TableTaken, take_turn
from rxapp.auth.core.database.outages import DatabaseUnavailable
from rxapp.auth.core.database.tables import AuthSession, AuthTable, SecurityEvent, User
from rxapp.auth.core.errors import (
    AccessTokenExpired,
    AccessTokenNotYetValid,
    AuthError,
    DeviceKeyRequired,
    DpopNonceRequired,
    FreshAuthenticationRequired,
    InputRefused,
    InvalidCredentials,
    InvalidDpopProof,
    InvalidToken,
    InvalidUserName,
    LastAdministrator,
    NotFound,
    OtherDevice,
    PasswordRefused,
    PermissionDenied,
    RevocationReason,
    SessionEnded,
    SessionExpired,
    SessionIdle,
    SessionRevoked,
    TokenReused,
    TooManyRequests,
    UserNameLooksTaken,
    UserNameTaken,
    WrongPassword,
)
from rxapp.auth.core.extras import ExtraNotInstalled
from rxapp.auth.core.features import Feature
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.identity.role_names import InvalidRole
from rxapp.auth.core.login.challenges import WrongChallenge
from rxapp.auth.core.login.email_errors import (
    EmailAddressTaken,
    EmailRequired,
    InvalidEmailAddress,
    MailedProofEnded,
)
from rxapp.auth.core.login.passkey_errors import (
    LastWayIn,
    PasskeyKnown,
    PasskeyNotConfirmed,
    PasskeysUnavailable,
    WrongPasskey,
)
from rxapp.auth.core.login.pending_logins import PendingLoginEnded
from rxapp.auth.core.login.provider_errors import (
    ProviderAccountDisabled,
    ProviderAddressUnverified,
    ProviderLinkedElsewhere,
    ProviderLoginCancelled,
    ProviderLoginEnded,
    ProviderLoginRefused,
    ProviderNotConfirmed,
    ProviderSignUpClosed,
    ProviderUnavailable,
)
from rxapp.auth.core.login.second_factor import (
    NoSecondFactor,
    SecondFactorNeeded,
    SecondFactorRequired,
    WrongCode,
    WrongStepUpCode,
)
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.core.login.strength import Strength, TwoFactorsRequired
from rxapp.auth.core.maintenance.demo_users import add_demo_users
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.settings.production_checks import UnsafeSettings
from rxapp.auth.core.settings.provider_settings import (
    NamedProvider,
    authentik,
    github,
    gitlab,
    google,
    keycloak,
    microsoft,
    oidc,
)
from rxapp.auth.core.settings.settings import Settings, get_settings
from rxapp.auth.core.tokens.token_pair import TokenPair
from rxapp.auth.migrations import AUTH_HISTORY

if TYPE_CHECKING:
    from rxapp.auth.rxconfig.options import reflex_options

__all__ = [
    "AUTH_HISTORY",
    "AccessTokenExpired",
    "AccessTokenNotYetValid",
    "AuthError",
    "AuthService",
    "AuthSession",
    "AuthTable",
    "Client",
    "Clock",
    "Database",
    "DatabaseNotMigrated",
    "DatabaseUnavailable",
    "DeviceKeyRequired",
    "DpopNonceRequired",
    "EmailAddressTaken",
    "EmailRequired",
    "ExtraNotInstalled",
    "Feature",
    "FreshAuthenticationRequired",
    "Identity",
    "InputRefused",
    "InvalidCredentials",
    "InvalidDpopProof",
    "InvalidEmailAddress",
    "InvalidRole",
    "InvalidToken",
    "InvalidUserName",
    "LastAdministrator",
    "LastWayIn",
    "LoginIncomplete",
    "MailedProofEnded",
    "MigrationHistory",
    "NamedProvider",
    "NoSecondFactor",
    "NotFound",
    "OtherDevice",
    "PasskeyKnown",
    "PasskeyNotConfirmed",
    "PasskeysUnavailable",
    "PasswordRefused",
    "PendingLoginEnded",
    "PermissionDenied",
    "ProviderAccountDisabled",
    "ProviderAddressUnverified",
    "ProviderLinkedElsewhere",
    "ProviderLoginCancelled",
    "ProviderLoginEnded",
    "ProviderLoginRefused",
    "ProviderNotConfirmed",
    "ProviderSignUpClosed",
    "ProviderUnavailable",
    "RegistrationClosed",
    "RevocationReason",
    "SecondFactorNeeded",
    "SecondFactorRequired",
    "SecurityEvent",
    "SessionEnded",
    "SessionExpired",
    "SessionIdle",
    "SessionRevoked",
    "Settings",
    "Strength",
    "TableTaken",
    "TokenPair",
    "TokenReused",
    "TooManyRequests",
    "TwoFactorsRequired",
    "UnsafeSettings",
    "User",
    "UserNameLooksTaken",
    "UserNameTaken",
    "WrongChallenge",
    "WrongCode",
    "WrongPasskey",
    "WrongPassword",
    "WrongStepUpCode",
    "add_demo_users",
    "authentik",
    "get_settings",
    "github",
    "gitlab",
    "google",
    "keycloak",
    "microsoft",
    "oidc",
    "reflex_options",
    "system_clock",
    "take_turn",
]


def __getattr__(name: str) -> object:
    """`reflex_options`, for an app's `rxconfig.py`. Reflex is loaded only if it is asked for."""
    if name == "reflex_options":
        from rxapp.auth.rxconfig.options import reflex_options  # noqa: PLC0415 - the core works without Reflex

        return reflex_options
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
