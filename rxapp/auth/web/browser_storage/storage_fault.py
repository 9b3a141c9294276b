"""What a page does where a browser stores nothing for the site: it works until it is left, and says so."""

from pathlib import Path
from typing import Any

import reflex as rx

from rxapp.auth.web.ui.components.component_base import OwnComponent
from rxapp.auth.web.ui.components.inline_script import InlineScript


def missing_storage_script() -> rx.Component:
    """For the head of every page, before all other scripts."""
    return InlineScript.of(Path(__file__).with_name("missing_storage.js"))


class StorageFault(OwnComponent):
    """Empty, unless storage is `denied` or `full`: then the sentence in `words` under that name.

    Full is a storage in which the tokens have found no room, or, if it `asks`, would find none.
    """

    tag = "StorageFault"

    words: rx.Var[dict[str, Any]]
    asks: rx.Var[bool]

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("storage_fault.js", shared=True).importable_path
