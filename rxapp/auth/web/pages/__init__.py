"""The ready-made pages. Each is a plain function. `add_pages` registers them."""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from rxapp.auth.core.features import Feature
from rxapp.auth.core.identity.user_names import ADMIN_ROLE
from rxapp.auth.core.login.second_factor import SecondFactorStage
from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.web.guards import page
from rxapp.auth.web.pages.account import AccountState, account_page, add_account_sections
from rxapp.auth.web.pages.activity import ActivityState, activity_page
from rxapp.auth.web.pages.events import EventsState, events_page
from rxapp.auth.web.pages.login import LoginState, login_page
from rxapp.auth.web.pages.overview import OverviewState, overview_page
from rxapp.auth.web.pages.parts.routes import ACCOUNT, ACTIVITY, EVENTS, MISSING, OVERVIEW, SECURITY, SESSIONS, USER, USERS
from rxapp.auth.web.pages.parts.user_factors import user_factors
from rxapp.auth.web.pages.register import RegisterState, register_page, require_other_names
from rxapp.auth.web.pages.second_factor import second_factor_form
from rxapp.auth.web.pages.security import security_page
from rxapp.auth.web.pages.sessions import SessionsState, sessions_page
from rxapp.auth.web.pages.user import UserState, add_user_sections, user_page
from rxapp.auth.web.pages.users import UsersState, users_page
from rxapp.auth.web.site import places as places_on
from rxapp.auth.web.site.places import FeaturePage, places
from rxapp.auth.web.site.redirects import own_register_route
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui.placeholders import forbidden_view, missing_view, waiting_view


def add_pages(features: Sequence[Feature], *, exclude: Collection[str] = ()) -> None:
    """Register the ready-made pages and those of the features, except at the routes `exclude`, where the app has its own."""
    require_other_names(site.extra_fields)
    look, texts, register_route = site.look, site.texts, own_register_route()
    guarded = partial(page, waiting=look.waiting or waiting_view, forbidden=look.forbidden or forbidden_view)
    administrators = partial(guarded, roles=[ADMIN_ROLE])
    everyone = partial(page, public=True)
    ready_made: dict[str, tuple[Callable, str, Callable, Any]] = {
        site.login_route: (everyone, texts.login.title, login_page, LoginState.prepare),
        register_route: (everyone, texts.register.title, register_page, RegisterState.prepare),
        ACCOUNT: (guarded, texts.account.page_title, account_page, AccountState.load),
        SESSIONS: (guarded, texts.sessions.page_title, sessions_page, SessionsState.load),
        ACTIVITY: (guarded, texts.activity.page_title, activity_page, ActivityState.load),
        OVERVIEW: (administrators, texts.overview.page_title, overview_page, OverviewState.load),
        USERS: (administrators, texts.users.page_title, users_page, UsersState.load),
        USER: (administrators, texts.user.page_title, user_page, UserState.load),
        EVENTS: (administrators, texts.events.page_title, events_page, EventsState.load),
    }
    add_account_sections()
    add_user_sections()
    for feature in features:
        if pages := feature.load("pages"):
            added: dict[str, FeaturePage] = pages.add_pages()
            ready_made |= {
                route: (
                    partial(guarded, roles=each.roles) if each.roles else guarded if each.is_guarded else everyone,
                    each.title,
                    each.view,
                    each.on_load,
                )
                for route, each in added.items()
            }
    if places.factor_forms:
        places.add_section(places_on.USER, user_factors, order=30)
        places.stage_forms[SecondFactorStage.name] = second_factor_form
    if loads := places.loads(places_on.SECURITY):
        places.factors_route = SECURITY
        places.account_tabs[SECURITY] = lambda: site.texts.security.tab
        ready_made[SECURITY] = (guarded, texts.security.page_title, security_page, loads)
    wanted = [route for route in ready_made if route and route not in exclude]
    site.require_free(wanted)
    if MISSING not in exclude and site.is_free(MISSING):
        ready_made[MISSING] = (everyone, texts.notices.not_found, missing_view, ())
        wanted.append(MISSING)
    for route in wanted:
        declare, title, view, on_load = ready_made[route]
        declare(route, title=f"{title} · {get_service().settings.app_name}", on_load=on_load)(view)
    site.keep(wanted)
