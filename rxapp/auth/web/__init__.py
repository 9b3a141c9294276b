"""`rxapp.auth` for Reflex: the guards `page`, `guarded` and `event`, and `install_auth(app)`, which fits all of it into an app.

The ready-made pages are functions that take slots. `docs/customising.md` says how an app replaces them by its own.

Which folder answers which question: `auth_state` who the person in a page is; `page_session` whose connection and whose work
it is; `guards` and `admission` whether they may; `open_pages` which pages are open, and how they are told; `site` what we
know of the app; `reflex_internals` what we need of Reflex.
"""

from rxapp.auth.core.extras import require_reflex

require_reflex("rxapp.auth.web")

from rxapp.auth.core.features import included_features
from rxapp.auth.core.settings.provider_settings import authentik, github, gitlab, google, keycloak, microsoft, oidc
from rxapp.auth.http.api.installation_conflicts import InstalledTwice, RouteTaken
from rxapp.auth.http.api.schemas import Body
from rxapp.auth.http.callers.bearer import REFUSALS, require
from rxapp.auth.http.callers.ids import CANONICAL_NUMBER, CANONICAL_UUID
from rxapp.auth.http.callers.json_route import LimitedBodyRoute
from rxapp.auth.http.logs.logging_setup import configure_logging
from rxapp.auth.http.middleware.security_headers import SecurityHeaders
from rxapp.auth.http.middleware.spellings import spell_freely
from rxapp.auth.http.operations.readiness import add_readiness_check
from rxapp.auth.http.problems.documents import problem
from rxapp.auth.http.runtime.declared_roles import DeclarationRefused
from rxapp.auth.http.runtime.hooks import Hooks, Registration
from rxapp.auth.http.runtime.service import Overloaded, get_service, in_hashing_thread, in_thread
from rxapp.auth.web.admission import admit_again, current_user
from rxapp.auth.web.auth_state.state import IN, OUT, UNKNOWN, AuthState
from rxapp.auth.web.guards import event, guarded, has_role, page
from rxapp.auth.web.install import install_auth
from rxapp.auth.web.page_session.work import AdmittedNoMore
from rxapp.auth.web.pages.account import AccountState, account_page
from rxapp.auth.web.pages.activity import ActivityState, activity_page
from rxapp.auth.web.pages.events import EventsState, events_page
from rxapp.auth.web.pages.login import LoginState, login_page
from rxapp.auth.web.pages.overview import OverviewState, overview_page
from rxapp.auth.web.pages.parts.new_password import StrengthState
from rxapp.auth.web.pages.parts.user_button import signed_in, signed_out, user_button, user_menu_entry
from rxapp.auth.web.pages.register import RegisterState, register_page
from rxapp.auth.web.pages.sessions import SessionsState, sessions_page
from rxapp.auth.web.pages.user import UserState, user_page
from rxapp.auth.web.pages.users import UsersState, users_page
from rxapp.auth.web.reflex_internals.components import error_boundary, link
from rxapp.auth.web.site.conflicts import NotInstalled
from rxapp.auth.web.site.page_layout import Look, Pages
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.texts import ENGLISH, GERMAN, Texts
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.nav_link import nav_link
from rxapp.auth.web.ui.fields import text_field
from rxapp.auth.web.ui.forms import auth_form, submit_button, text_in
from rxapp.auth.web.ui.placeholders import forbidden_view, waiting_view
from rxapp.auth.web.ui.slots import Slots

__all__ = [
    "CANONICAL_NUMBER",
    "CANONICAL_UUID",
    "ENGLISH",
    "GERMAN",
    "IN",
    "OUT",
    "REFUSALS",
    "UNKNOWN",
    "AccountState",
    "ActivityState",
    "AdmittedNoMore",
    "AuthState",
    "Body",
    "DeclarationRefused",
    "EventsState",
    "Hooks",
    "InstalledTwice",
    "LimitedBodyRoute",
    "LoginState",
    "Look",
    "NotInstalled",
    "Overloaded",
    "OverviewState",
    "Pages",
    "RegisterState",
    "Registration",
    "RouteTaken",
    "SecurityHeaders",
    "SessionsState",
    "SetPasswordState",  # pyright: ignore[reportUnsupportedDunderAll]  see `__getattr__`
    "Slots",
    "StrengthState",
    "Texts",
    "UserState",
    "UsersState",
    "account_page",
    "activity_page",
    "add_readiness_check",
    "admit_again",
    "auth_form",
    "authentik",
    "configure_logging",
    "current_user",
    "error_boundary",
    "event",
    "events_page",
    "forbidden_view",
    "get_service",
    "github",
    "gitlab",
    "google",
    "guarded",
    "has_role",
    "in_hashing_thread",
    "in_thread",
    "in_words",
    "install_auth",
    "keycloak",
    "link",
    "login_page",
    "microsoft",
    "nav_link",
    "oidc",
    "overview_page",
    "page",
    "problem",
    "register_page",
    "require",
    "sessions_page",
    "set_password_page",  # pyright: ignore[reportUnsupportedDunderAll]  see `__getattr__`
    "signed_in",
    "signed_out",
    "spell_freely",
    "style",
    "submit_button",
    "text_field",
    "text_in",
    "user_button",
    "user_menu_entry",
    "user_page",
    "users_page",
    "waiting_view",
]


def __getattr__(name: str) -> object:
    """The names that the pages of the features export, such as `set_password_page`."""
    for feature in included_features():
        pages = feature.load("pages") if name in __all__ and feature.is_on is None else None
        if pages is not None and name in pages.__all__:
            return getattr(pages, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
