"""What an app can put into one ready-made page. `Look` is for all pages together."""

from typing import TypedDict

import reflex as rx


class Slots(TypedDict, total=False):
    """All are optional. `title` is the heading. `logo` is above it and replaces that of the look, on pages that have one.

    `extra` is between the fields of a form and its button, or below the content of a page. On the registration page,
    `on_register` gets the inputs in `extra` whose `name` is in `Pages(extra_fields=…)`.
    """

    title: str
    logo: rx.Component
    extra: rx.Component


def extra_in(slots: Slots) -> rx.Component:
    """The slot `extra`, or an empty fragment."""
    return slots.get("extra") or rx.fragment()
