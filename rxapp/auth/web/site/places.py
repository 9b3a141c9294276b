"""The places where features and our own pages put their views: sections of pages, and forms of login stages, factors and proofs.

A view is called when its page is built. So it may use the texts and the look of the app, which are known then.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import reflex as rx

View = Callable[[], rx.Component]

LOGIN, LOGIN_FORM, REGISTER, ACCOUNT, SECURITY, USER = "login", "login_form", "register", "account", "security", "user"
EVERY_PAGE = "every_page"
"""The places that have sections: the login page (below the form, and in it below the password), that for new accounts, two pages
of one's own account, and a user's for administrators. What every page has cannot be seen, or lies above the page."""


class _Section(NamedTuple):
    order: int
    view: View
    on_load: Any


class FactorForm(NamedTuple):
    """The forms of one second factor: `view` at login, `step_up` in the dialog of somebody who is logged in.

    `switch` is the text of the button that leads to it from another form.
    """

    view: View
    switch: Callable[[], str]
    step_up: View


class FeaturePage(NamedTuple):
    """A page that a feature adds: for everybody, only for people who are logged in, or for those with one of `roles`."""

    title: str
    view: Callable[..., rx.Component]
    on_load: Any
    is_guarded: bool = False
    roles: Sequence[str] = ()


class Invitation(NamedTuple):
    """The further field of the form for a new user, and what is done if it is filled in.

    `invite` gets the field's text, the user name, the display name, the roles and the actor, and returns the user and a sentence.
    """

    name: str
    field: Callable[[Any], rx.Component]
    invite: Callable[..., Any]


class Places:
    """The views of each place. Adding the same view twice has no effect, so that an app may be installed again."""

    def __init__(self) -> None:
        self._sections: dict[str, list[_Section]] = {}
        self.stage_forms: dict[str, View] = {}
        self.stage_loads: dict[str, Any] = {}
        """Handlers that load what the form of a stage shows, for a page whose connection was lost."""
        self.factor_forms: dict[str, FactorForm] = {}
        self.proof_forms: dict[str, View] = {}
        self.username_autocomplete = "username"
        """What the field for the user name asks the browser for. A feature may let it offer more than names."""
        self.username_hint: Callable[[], str] | None = None
        """What the login page says below that field."""
        self.factors_route = ""
        """The page on which people add second factors, if there is one."""
        self.invitation: Invitation | None = None
        """How administrators invite by address, if a feature can do that."""
        self.admin_tabs: dict[str, Callable[[], str]] = {}
        self.account_tabs: dict[str, Callable[[], str]] = {}
        """Further tabs of the administrators' pages and of the account pages: the name of each, by its route."""

    def add_section(self, page: str, view: View, *, order: int, on_load: Any = None) -> None:
        """Show `view` on that page. Sections with a lower `order` come first.

        `on_load` is a handler that loads what it shows, for the pages `LOGIN` and `SECURITY`.
        """
        sections = self._sections.setdefault(page, [])
        if all(section.view is not view for section in sections):
            sections.append(_Section(order, view, on_load))
            sections.sort(key=lambda section: section.order)

    def loads(self, page: str) -> list[Any]:
        """The handlers that load what the sections of that page show."""
        return [section.on_load for section in self._sections.get(page, ()) if section.on_load is not None]

    def sections(self, page: str) -> list[rx.Component]:
        """All sections of that page, built."""
        return [section.view() for section in self._sections.get(page, ())]


places = Places()
