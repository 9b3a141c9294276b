"""How all ready-made pages fit into an app: what is around them, and what replaces them. `Slots` are for one page."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import reflex as rx

from rxapp.auth.web.texts import ENGLISH, Texts

View = Callable[..., rx.Component]


@dataclass(frozen=True, slots=True)
class Look:
    """`frame` takes a page's content and puts the app's own bar and margins around it.

    `logo` is shown above the forms: a view, or the path of a picture in the app's assets, and `logo_dark` that of another one for
    the dark. Left out, it is the first letter of the app's name.

    `waiting` is shown until the person is verified, `forbidden` to a person who may not see a page. None means our plain default.

    `accent` is the colour of buttons and links, on which white can be read; `radius` are the corners of fields and buttons, and
    `font` is a family. All are written as in CSS. Left out, they are those of the app's Radix theme, or ours if it has none.
    """

    frame: View | None = None
    logo: View | str | None = None
    logo_dark: str = ""
    waiting: View | None = None
    forbidden: View | None = None
    accent: str = ""
    radius: str = ""
    font: str = ""


@dataclass(frozen=True, slots=True)
class Pages:
    """The ready-made pages in an app: their routes, their look, their texts, and which of them the app replaces.

    `own` are the routes of ready-made pages that the app replaces by its own; to add something to ours, use `Slots`.
    `extra_fields` names inputs that the app adds to the registration form, for the hook `on_register`. `texts` are all texts of
    the pages (`GERMAN` for example; the app names the language of the document itself, `rx.App(html_lang="de")`).
    """

    login_route: str = "/login"
    home_route: str = "/"
    look: Look = Look()
    texts: Texts = ENGLISH
    extra_fields: Collection[str] = ()
    own: Collection[str] = ()


DEFAULT_PAGES = Pages()
