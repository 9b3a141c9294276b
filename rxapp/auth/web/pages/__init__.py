"""The ready-made pages. Each is a plain function; none is registered before `add_pages` is called."""

from collections.abc import Collection
from functools import partial

from rxapp.auth.settings import Settings
from rxapp.auth.users import ADMIN_ROLE
from rxapp.auth.web.guards import page
from rxapp.auth.web.pages.account import AccountState, account_page
from rxapp.auth.web.pages.account_frame import ACCOUNT, ACTIVITY, EVENTS, SESSIONS, USERS
from rxapp.auth.web.pages.activity import ActivityState, activity_page
from rxapp.auth.web.pages.events import EventsState, events_page
from rxapp.auth.web.pages.login import LoginState, login_page
from rxapp.auth.web.pages.look import Look
from rxapp.auth.web.pages.password_link import SET_PASSWORD
from rxapp.auth.web.pages.register import register_page
from rxapp.auth.web.pages.sessions import SessionsState, sessions_page
from rxapp.auth.web.pages.set_password import SetPasswordState, set_password_page
from rxapp.auth.web.pages.user import UserState, user_page
from rxapp.auth.web.pages.users import UsersState, users_page
from rxapp.auth.web.site import site

REGISTER, USER = "/register", "/admin/user"


def add_pages(settings: Settings, look: Look, *, besides: Collection[str] = ()) -> None:
    """Register the ready-made pages, but for the routes `besides`, which the app serves with pages of its own."""
    register_route = REGISTER if settings.registration else ""
    guarded = partial(page, waiting=look.waiting, forbidden=look.forbidden)
    administrators = partial(guarded, roles=[ADMIN_ROLE])
    everyone = partial(page, public=True)
    ready_made = {
        site.login_route: (
            everyone(site.login_route, title="Log in", on_load=LoginState.prepare),
            lambda: login_page(logo=look.logo(), register_route=register_route),
        ),
        register_route: (everyone(register_route, title="Create an account"), lambda: register_page(logo=look.logo())),
        SET_PASSWORD: (
            everyone(SET_PASSWORD, title="Set your password", on_load=SetPasswordState.prepare),
            lambda: set_password_page(logo=look.logo()),
        ),
        ACCOUNT: (guarded(ACCOUNT, title="Your account", on_load=AccountState.load), lambda: account_page(look)),
        SESSIONS: (guarded(SESSIONS, title="Your sessions", on_load=SessionsState.load), lambda: sessions_page(look)),
        ACTIVITY: (guarded(ACTIVITY, title="Your activity", on_load=ActivityState.load), lambda: activity_page(look)),
        USERS: (administrators(USERS, title="Users", on_load=UsersState.load), lambda: users_page(look)),
        USER: (administrators(USER, title="User", on_load=UserState.load), lambda: user_page(look)),
        EVENTS: (administrators(EVENTS, title="Events", on_load=EventsState.load), lambda: events_page(look)),
    }
    wanted = [route for route in ready_made if route and route not in besides]
    site.require_free(wanted)
    for route in wanted:
        register, view = ready_made[route]
        register(view)
