"""What stands above the forms: the app's logo, or else the first letter of its name."""

import reflex as rx

from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.web.reflex_internals.app import get_config
from rxapp.auth.web.site.page_layout import Look
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.theme import ON_DARK, ON_LIGHT

_IMAGE = "mb-6 h-9 w-auto "
_LETTER = style.themed(
    "mb-6 flex size-11 items-center justify-center rounded-[calc(var(--auth-radius)*1.5)] bg-@accent text-xl font-bold "
    "text-@on-accent shadow-sm select-none"
)


def logo(look: Look) -> rx.Component:
    """The look's logo: a view, or one picture for the light and perhaps another for the dark."""
    name = get_service().settings.app_name
    if isinstance(look.logo, str):
        if not look.logo_dark:
            return _picture(look.logo, name)
        return rx.fragment(_picture(look.logo, name, ON_LIGHT), _picture(look.logo_dark, name, ON_DARK))
    return look.logo() if look.logo else rx.el.div(name[:1].upper(), aria_hidden="true", class_name=_LETTER)


def _picture(path: str, name: str, class_name: str = "") -> rx.Component:
    return rx.el.img(src=get_config().prepend_frontend_path(path), alt=name, class_name=_IMAGE + class_name)
