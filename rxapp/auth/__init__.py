"""Sign-in done properly: short-lived access tokens, rotating refresh tokens, sessions that end when they should.

This part knows no web framework. `rxapp.auth.web` fits it to Reflex and HTTP.
"""

from rxapp.auth.clock import Clock, system_clock
from rxapp.auth.database import Database
from rxapp.auth.errors import (
    AccessTokenExpired,
    AuthError,
    InvalidCredentials,
    InvalidToken,
    PermissionDenied,
    RevocationReason,
    SessionEnded,
    SessionExpired,
    SessionIdle,
    SessionRevoked,
    TokenReused,
)
from rxapp.auth.models import AuthSession, User
from rxapp.auth.service import AuthService, Identity, TokenPair
from rxapp.auth.settings import Settings, UnsafeSettings, get_settings

__all__ = [
    "AccessTokenExpired",
    "AuthError",
    "AuthService",
    "AuthSession",
    "Clock",
    "Database",
    "Identity",
    "InvalidCredentials",
    "InvalidToken",
    "PermissionDenied",
    "RevocationReason",
    "SessionEnded",
    "SessionExpired",
    "SessionIdle",
    "SessionRevoked",
    "Settings",
    "TokenPair",
    "TokenReused",
    "UnsafeSettings",
    "User",
    "get_settings",
    "system_clock",
]
