"""How all ready-made pages fit into an app: what stands around them, and what stands in for them. `Slots` are for one page."""

from collections.abc import Callable
from dataclasses import dataclass

import reflex as rx

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
