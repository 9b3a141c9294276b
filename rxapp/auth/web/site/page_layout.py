"""How all ready-made pages fit into an app: what stands around them, and what stands in for them. `Slots` are for one page."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import reflex as rx

from rxapp.auth.web.texts import ENGLISH, Texts

View = Callable[..., rx.Component]


@dataclass(frozen=True, slots=True)
class Look:
    """`frame` takes a page's content and puts the app's own bar and margins around it; `logo` stands above the forms.

    `waiting` is shown until it is known who is there, `forbidden` to those who may not see a page. What is None is plain.
    """

    frame: View | None = None
    logo: View = rx.fragment
    waiting: View | None = None
    forbidden: View | None = None


@dataclass(frozen=True, slots=True)
class Pages:
    """The ready-made pages in an app: where they are, how they look, what they say, and which of them the app has itself.

    `own` are the routes of ready-made pages in whose place the app has pages of its own; `Slots` are what can be put into ours.
    `extra_fields` names inputs that the app adds to the registration form, for the hook `on_register`. `texts` are all that the
    pages say (`GERMAN`; the language of the document is the app's to name, `rx.App(html_lang="de")`).
    """

    login_route: str = "/login"
    home_route: str = "/"
    look: Look = Look()
    texts: Texts = ENGLISH
    extra_fields: Collection[str] = ()
    own: Collection[str] = ()


DEFAULT_PAGES = Pages()
