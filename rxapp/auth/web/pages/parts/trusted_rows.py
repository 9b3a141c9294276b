"""Trusted devices as a list for people, each with a button that ends the trust."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import reflex as rx

from rxapp.auth.core.sessions.device_trust import StoredTrust
from rxapp.auth.web.pages.parts.device import device_icon
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import device_in_words
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.icon import icon
from rxapp.auth.web.ui.components.time_ago import time_ago
from rxapp.auth.web.ui.interpolation import sentence

_ICON = style.themed("mt-0.5 size-6 shrink-0 text-@muted")


@dataclass
class TrustedRow:
    """A trusted device as shown. Times in ISO 8601."""

    id: str
    icon: str
    device: str
    trusted_at: str
    expires_at: str


def trusted_rows(trusted: Collection[StoredTrust]) -> list[TrustedRow]:
    """The rows for trusted devices."""
    return [
        TrustedRow(
            str(each.id),
            device_icon(each.device),
            device_in_words(each.device),
            each.trusted_at.isoformat(),
            each.expires_at.isoformat(),
        )
        for each in trusted
    ]


def trusted_list(rows: Any, now: Any, *, on_end: Callable[[Any], Any]) -> rx.Component:
    """The section, if there is any trusted device. `now` is the server's time. `on_end` returns the event that ends the trust."""
    texts = site.texts.sessions
    content = rx.el.section(
        rx.el.h2(texts.trusted, class_name=style.SUBHEADING),
        rx.el.p(texts.trusted_why, class_name=style.TEXT + " mt-2"),
        rx.el.ul(
            rx.foreach(rows, lambda row: _item(row, now, on_end)), aria_label=texts.trusted, class_name=style.ROWS + " mt-4"
        ),
        aria_label=texts.trusted,
        class_name="mt-10",
    )
    return rx.cond(rows.length() > 0, content)


def _item(row: Any, now: Any, on_end: Callable[[Any], Any]) -> rx.Component:
    texts = site.texts.sessions
    since, until = time_ago(at=row.trusted_at, now=now), time_ago(at=row.expires_at, now=now)
    about = rx.el.div(
        rx.el.p(row.device, class_name=style.STRONG),
        rx.el.p(*sentence(texts.trusted_times, since=since, until=until), class_name=style.SMALL),
        class_name="min-w-0",
    )
    return rx.el.li(
        rx.el.div(icon(name=row.icon, class_name=_ICON), about, class_name="flex min-w-0 items-start gap-3"),
        rx.el.button(
            texts.ask_again,
            type="button",
            aria_label=texts.ask_again_label.format(device=row.device),
            on_click=on_end(row.id),
            class_name=style.SECONDARY,
        ),
        key=row.id,
        class_name="flex flex-wrap items-center justify-between gap-x-4 gap-y-3 px-5 py-4 sm:flex-nowrap",
    )
