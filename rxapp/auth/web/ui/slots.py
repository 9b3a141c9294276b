"""What an app puts into one ready-made page; what fits all of them to the app is `Look`."""

from typing import TypedDict

import reflex as rx


class Slots(TypedDict, total=False):
    """Each may be left out. `title` is the heading, `logo` stands above it: in place of the look's, on the pages that have one.

    `extra` stands below the fields of a form, above its button, or below what a page shows. Inputs with a `name` in the
    registration's are handed to `on_register`, if `Pages(extra_fields=…)` names them.
    """

    title: str
    logo: rx.Component
    extra: rx.Component


def extra_in(slots: Slots) -> rx.Component:
    """What the app puts in, or nothing."""
    return slots.get("extra") or rx.fragment()
