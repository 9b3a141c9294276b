"""Where a person goes after a login or a registration."""

import reflex as rx

from rxapp.auth.web.reflex_internals.app import get_config
from rxapp.auth.web.site.redirects import own_path, path_in_app
from rxapp.auth.web.site.registry import site


def wanted_path(state: rx.State) -> str:
    """The path that this page's `next` names, if it is one of this app; empty otherwise."""
    return own_path(path_in_app(state.router.url.query_parameters.get("next") or "", get_config().frontend_path), otherwise="")


def go_on(state: rx.State) -> rx.event.EventSpec:
    """The event that leads to the page that the person wanted, or to the home page."""
    return rx.redirect(wanted_path(state) or site.home_route, replace=True)
