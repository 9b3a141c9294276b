"""`rxapp.auth` fitted to Reflex and HTTP: `page` and `event` guard, and `install_auth(app)` fits it into an app."""

from rxapp.auth.web.forms import text_in
from rxapp.auth.web.guards import current_user, event, has_role, page
from rxapp.auth.web.hooks import Registration
from rxapp.auth.web.host import InstalledTwice, RouteTaken
from rxapp.auth.web.http.bearer import REFUSALS, require
from rxapp.auth.web.http.body_limit import LimitedBodyRoute
from rxapp.auth.web.http.problems import problem
from rxapp.auth.web.install import install_auth
from rxapp.auth.web.logs import configure_logging
from rxapp.auth.web.pages import style
from rxapp.auth.web.pages.login import REASONS, LoginState, login_page
from rxapp.auth.web.pages.look import Look
from rxapp.auth.web.placeholders import forbidden_view, waiting_view
from rxapp.auth.web.readiness import add_readiness_check
from rxapp.auth.web.runtime import get_service, in_thread
from rxapp.auth.web.security_headers import SecurityHeaders
from rxapp.auth.web.state import IN, OUT, UNKNOWN, AuthState

__all__ = [
    "IN",
    "OUT",
    "REASONS",
    "REFUSALS",
    "UNKNOWN",
    "AuthState",
    "InstalledTwice",
    "LimitedBodyRoute",
    "LoginState",
    "Look",
    "Registration",
    "RouteTaken",
    "SecurityHeaders",
    "add_readiness_check",
    "configure_logging",
    "current_user",
    "event",
    "forbidden_view",
    "get_service",
    "has_role",
    "in_thread",
    "install_auth",
    "login_page",
    "page",
    "problem",
    "require",
    "style",
    "text_in",
    "waiting_view",
]
