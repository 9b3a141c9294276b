"""What the guards know of the app they stand in: where its login page is, and which of its pages are guarded."""

from dataclasses import dataclass, field

from reflex_base.registry import RegistrationContext


@dataclass
class Site:
    """Routes as given to `page` and `install_auth`."""

    login_route: str = "/login"
    home_route: str = "/"
    guarded_pages: dict[str, frozenset[str]] = field(default_factory=dict)

    def guard(self, route: str, roles: frozenset[str]) -> None:
        """Note that the page is for signed-in users with one of `roles`."""
        self.guarded_pages[route.strip("/")] = roles

    def is_guarded(self, path: str) -> bool:
        """Whether the page at this path, as the browser shows it, is guarded."""
        route = RegistrationContext.get().app.router(path)
        return route is not None and route.strip("/") in self.guarded_pages


site = Site()
