"""What we know of the app around us: its pages, which of them are guarded, its look and its language."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from rxapp.auth.http.api.installation_conflicts import InstalledTwice
from rxapp.auth.http.middleware.security_headers import SecurityHeaders
from rxapp.auth.web.reflex_internals.app import forget_decorated_page, get_config, handlers_on_load, view_at
from rxapp.auth.web.site.conflicts import NotInstalled, is_free, keep_free_of_others, require_free_pages
from rxapp.auth.web.site.guarded_views import Requirement, requirement_of
from rxapp.auth.web.site.page_layout import Look
from rxapp.auth.web.site.redirects import path_in_app
from rxapp.auth.web.texts import ENGLISH, Texts


def _refuse_to_be_built() -> rx.Component:
    raise NotInstalled


@dataclass
class Site:
    """Collects the pages that `page` declares, and adds them to the app when `install_auth` names it.

    `texts` are in one language for all visitors. Each use reads them from here, so that they can be chosen per visitor later.
    """

    login_route: str = "/login"
    home_route: str = "/"
    texts: Texts = ENGLISH
    extra_fields: Collection[str] = ()
    security_headers: SecurityHeaders | None = None
    _look: Look | None = None
    _waiting_pages: list[tuple[Callable, dict[str, Any]]] = field(default_factory=list)
    _app: rx.App | None = None

    @property
    def is_installed(self) -> bool:
        """Whether `install` has named the app."""
        return self._app is not None

    def add_page(self, view: Callable, **options: Any) -> None:
        """Add a page to the app, now or as soon as `install` names the app."""
        if self._app is None:
            if not self._waiting_pages:
                rx.page(route="/auth-is-not-installed")(_refuse_to_be_built)
            self._waiting_pages.append((view, options))
        else:
            self._app.add_page(view, **options)

    @property
    def look(self) -> Look:
        """The app's look for the ready-made pages. Raises `RuntimeError` before `install_auth` has set it."""
        if self._look is None:
            raise RuntimeError("a ready-made page was built before install_auth(app), which sets its look: call that first")
        return self._look

    def furnish(self, look: Look, texts: Texts, extra_fields: Collection[str]) -> None:
        """Set the look and the texts of the pages, and the fields that the app adds to registration."""
        self._look, self.texts, self.extra_fields = look, texts, extra_fields

    def install(self, app: rx.App, *, login_route: str, home_route: str) -> None:
        """Set the app, and add the pages declared so far to it."""
        if self._app is app:
            raise InstalledTwice
        self._app, self.login_route, self.home_route = app, login_route, home_route
        if self._waiting_pages:
            forget_decorated_page(_refuse_to_be_built)
        for view, options in self._waiting_pages:
            app.add_page(view, **options)
        self._waiting_pages.clear()

    def require_free(self, routes: Iterable[str]) -> None:
        """Raise `RouteTaken` if the app has a page of its own at one of them."""
        if self._app is not None:
            require_free_pages(self._app, routes)

    def is_free(self, route: str) -> bool:
        """Whether the app has no page of its own at this route."""
        return self._app is None or is_free(self._app, route)

    def keep(self, routes: Iterable[str]) -> None:
        """From now on, the app cannot add a page of its own at one of these routes."""
        if self._app is not None:
            keep_free_of_others(self._app, routes)

    def is_guarded(self, path: str) -> bool:
        """Whether the page at this path, as the browser shows it, is guarded."""
        return self.requirement_at(path) is not None

    def requirement_at(self, path: str) -> Requirement | None:
        """What a person needs to see the page at this path. None if it is for everyone."""
        return None if self._app is None else requirement_of(view_at(self._app, self._in_app(path)))

    def requirement_on_load(self, handler: str, path: str) -> Requirement | None:
        """The same, if the page is guarded and has this handler on load. Else None."""
        requirement = self.requirement_at(path)
        if self._app is None or requirement is None:
            return None
        return requirement if handler in handlers_on_load(self._app, self._in_app(path)) else None

    def _in_app(self, path: str) -> str:
        return path_in_app(path, get_config().frontend_path)


site = Site()
