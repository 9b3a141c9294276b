"""The places where features and our own pages put their views: sections of pages, forms of login stages, forms of proofs.

A view is called when its page is built. So it may use the texts and the look of the app, which are known then.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import reflex as rx

View = Callable[[], rx.Component]

LOGIN, ACCOUNT, USER = "login", "account", "user"
"""The pages that have sections: the login page (below the form), the account page, and a user's page for administrators."""


class _Section(NamedTuple):
    order: int
    view: View


class FeaturePage(NamedTuple):
    """A page that a feature adds: for everybody, or only for people who are logged in."""

    title: str
    view: Callable[..., rx.Component]
    on_load: Any
    is_guarded: bool = False


class Places:
    """The views of each place. Adding the same view twice has no effect, so that an app may be installed again."""

    def __init__(self) -> None:
        self._sections: dict[str, list[_Section]] = {}
        self.stage_forms: dict[str, View] = {}
        self.proof_forms: dict[str, View] = {}
        self.factor_forms: dict[str, View] = {}
        """In the dialog that asks for a second factor: the form of each, by its name in `amr`."""
        self.factor_names: dict[str, Callable[[], str]] = {}
        """What the button says that changes to another second factor."""
        self.factors_route = ""
        """The page on which people add second factors, if there is one."""
        self.account_tabs: dict[str, Callable[[], str]] = {}
        """Further tabs of the account pages: the name of each, by its route."""

    def add_section(self, page: str, view: View, *, order: int) -> None:
        """Show `view` on that page. Sections with a lower `order` come first."""
        sections = self._sections.setdefault(page, [])
        if all(section.view is not view for section in sections):
            sections.append(_Section(order, view))
            sections.sort(key=lambda section: section.order)

    def sections(self, page: str) -> list[rx.Component]:
        """All sections of that page, built."""
        return [section.view() for section in self._sections.get(page, ())]


places = Places()
