"""A red button that asks once before it does something, because that is hard to undo."""

from typing import Any

import reflex as rx

from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.component_base import OwnComponent


class AskingButton(OwnComponent):
    """`on_confirm` fires if the person answers with `yes`."""

    tag = "AskingButton"

    question: rx.Var[str]
    why: rx.Var[str]
    yes: rx.Var[str]
    no: rx.Var[str]
    dialog_class: rx.Var[str]
    title_class: rx.Var[str]
    why_class: rx.Var[str]
    yes_class: rx.Var[str]
    no_class: rx.Var[str]
    on_confirm: rx.EventHandler[rx.event.no_args_event_spec]

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("asking_button.js", shared=True).importable_path


def asking_button(label: str, *, question: Any, why: str, on_confirm: Any) -> rx.Component:
    """The button. `question` and `why` are in the dialog, where the label is the answer too."""
    return AskingButton.create(
        label,
        question=question,
        why=why,
        yes=label,
        no=site.texts.confirm.cancel,
        on_confirm=on_confirm,
        class_name=style.DANGER,
        dialog_class=style.DIALOG,
        title_class=style.SUBHEADING + " mb-2 break-words",
        why_class=style.SMALL + " mb-6",
        yes_class=style.DANGER,
        no_class=style.SECONDARY,
    )
