"""`rxapp.auth` on FastAPI: `install_auth(app)` adds it to an app, and `require` guards a route. It knows no Reflex."""

from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.http.api.installation_conflicts import InstalledTwice, RouteTaken
from rxapp.auth.http.api.schemas import Body
from rxapp.auth.http.callers.bearer import REFUSALS, require
from rxapp.auth.http.callers.ids import CANONICAL_NUMBER, CANONICAL_UUID
from rxapp.auth.http.callers.json_route import LimitedBodyRoute
from rxapp.auth.http.callers.request_source import Sender
from rxapp.auth.http.install import install_auth
from rxapp.auth.http.logs.logging_setup import configure_logging
from rxapp.auth.http.middleware.security_headers import SecurityHeaders
from rxapp.auth.http.middleware.spellings import spell_freely
from rxapp.auth.http.operations.readiness import add_readiness_check
from rxapp.auth.http.problems.documents import problem
from rxapp.auth.http.runtime.declared_roles import DeclarationRefused
from rxapp.auth.http.runtime.hooks import Hooks, Registration
from rxapp.auth.http.runtime.service import Overloaded, get_service, in_hashing_thread, in_thread

__all__ = [
    "CANONICAL_NUMBER",
    "CANONICAL_UUID",
    "REFUSALS",
    "Body",
    "DeclarationRefused",
    "Hooks",
    "Identity",
    "InstalledTwice",
    "LimitedBodyRoute",
    "Overloaded",
    "Registration",
    "RouteTaken",
    "SecurityHeaders",
    "Sender",
    "add_readiness_check",
    "configure_logging",
    "get_service",
    "in_hashing_thread",
    "in_thread",
    "install_auth",
    "problem",
    "require",
    "spell_freely",
]
