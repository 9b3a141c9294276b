"""The notice that this browser stores nothing for the site, so that whoever leaves the page is logged out."""

import reflex as rx

from rxapp.auth.web.browser_storage.storage_fault import StorageFault
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style


def storage_notice(*, asks: bool = False, class_name: str = "mb-4") -> rx.Component:
    """Is part of the login page, which `asks` whether there is room, and of every page while somebody is logged in.

    Empty where storage works.
    """
    texts = site.texts.notices
    words = {"full": texts.storage_full, "denied": texts.storage_denied}
    return StorageFault.create(words=words, asks=asks, class_name=f"{class_name} {style.NEUTRAL_NOTICE}")
