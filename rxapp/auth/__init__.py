"""Sign-in done properly: short-lived access tokens, rotating refresh tokens, sessions that end when they should.

This part knows no web framework. `rxapp.auth.web` fits it to Reflex and HTTP.
"""

from rxapp.auth.clients import Client
from rxapp.auth.clock import Clock, system_clock
from rxapp.auth.database import Database
from rxapp.auth.demo_users import add_demo_users
from rxapp.auth.errors import (
    AccessTokenExpired,
    AuthError,
    FreshAuthenticationRequired,
    InputRefused,
    InvalidCredentials,
    InvalidToken,
    InvalidUserName,
    LastAdministrator,
    NotFound,
    PasswordRefused,
    PermissionDenied,
    RevocationReason,
    SessionEnded,
    SessionExpired,
    SessionIdle,
    SessionRevoked,
    TokenReused,
    TooManyRequests,
    UserNameTaken,
    WrongPassword,
)
from rxapp.auth.identity import Identity
from rxapp.auth.migration_history import DatabaseNotMigrated, MigrationHistory, TableTaken, take_turn
from rxapp.auth.migrations import AUTH_HISTORY
from rxapp.auth.models import AuthSession, AuthTable, SecurityEvent, User
from rxapp.auth.outages import DatabaseUnavailable
from rxapp.auth.reflex_options import reflex_options
from rxapp.auth.service import AuthService
from rxapp.auth.settings import Settings, get_settings
from rxapp.auth.token_pairs import TokenPair
from rxapp.auth.unsafe_settings import UnsafeSettings

__all__ = [
    "AUTH_HISTORY",
    "AccessTokenExpired",
    "AuthError",
    "AuthService",
    "AuthSession",
    "AuthTable",
    "Client",
    "Clock",
    "Database",
    "DatabaseNotMigrated",
    "DatabaseUnavailable",
    "FreshAuthenticationRequired",
    "Identity",
    "InputRefused",
    "InvalidCredentials",
    "InvalidToken",
    "InvalidUserName",
    "LastAdministrator",
    "MigrationHistory",
    "NotFound",
    "PasswordRefused",
    "PermissionDenied",
    "RevocationReason",
    "SecurityEvent",
    "SessionEnded",
    "SessionExpired",
    "SessionIdle",
    "SessionRevoked",
    "Settings",
    "TableTaken",
    "TokenPair",
    "TokenReused",
    "TooManyRequests",
    "UnsafeSettings",
    "User",
    "UserNameTaken",
    "WrongPassword",
    "add_demo_users",
    "get_settings",
    "reflex_options",
    "system_clock",
    "take_turn",
]
