"""The colours, corners and font of the ready-made pages, as CSS variables that an app can set and that follow its theme.

Dark or light is decided by Reflex's colour mode alone, the class on the document. So the pages look right with every setting of
Tailwind's plugin. In an app with a theme of Radix, the variables take the theme's own.
"""

import re
from typing import NamedTuple

from rxapp.auth.web.site.page_layout import Look


class _Token(NamedTuple):
    """Its value in the light and the dark, and the variable of a Radix theme that is used in its place where there is one."""

    light: str
    dark: str
    radix: str = ""


TOKENS = {
    "page": _Token("#f8fafc", "#020617", "--color-background"),
    "surface": _Token("#fff", "#0f172a", "--color-panel-solid"),
    "hover": _Token("#f1f5f9", "#1e293b", "--gray-3"),
    "line": _Token("#e2e8f0", "#334155", "--gray-6"),
    "edge": _Token("#cbd5e1", "#475569", "--gray-7"),
    "strong": _Token("#0f172a", "#fff", "--gray-12"),
    "text": _Token("#334155", "#cbd5e1", "--gray-12"),
    "muted": _Token("#475569", "#cbd5e1", "--gray-11"),
    "accent": _Token("#4f46e5", "#4f46e5", "--accent-9"),
    "accent-hover": _Token("#4338ca", "#4338ca", "--accent-10"),
    "on-accent": _Token("#fff", "#fff", "--accent-contrast"),
    "link": _Token("#4338ca", "#a5b4fc", "--accent-11"),
    "danger": _Token("#b91c1c", "#fca5a5", "--red-11"),
    "success": _Token("#047857", "#6ee7b7", "--green-11"),
    "radius": _Token(".5rem", ".5rem", "--radius-3"),
    "font": _Token("inherit", "inherit"),
}
"""In this order: the page, cards, what the mouse is over, lines, edges of fields; headings, texts, small texts; the accent of
buttons, and the text on it; links; what is dangerous or has failed, what is done; the corners of fields (those of cards are twice
as large) and the font."""

_MIXTURES = {
    "soft": ("accent", 10),
    "soft-line": ("accent", 30),
    "danger-soft": ("danger", 8),
    "danger-line": ("danger", 35),
    "success-soft": ("success", 8),
    "success-line": ("success", 35),
}
"""Colours of badges and notices: a token, and how many per cent of it are mixed into the card."""


ON_LIGHT, ON_DARK = "auth-on-light", "auth-on-dark"
"""The classes of what is shown in the light alone, or in the dark alone."""

_PICTURES = f".{ON_DARK},.dark .{ON_LIGHT}{{display:none}}.dark .{ON_DARK}{{display:block}}"


def themed(classes: str) -> str:
    """Tailwind's classes with the theme's colours: `bg-@surface text-@strong` for a card that is right in the light and the dark.

    The names are those of `TOKENS`, and `soft`, `soft-line`, `danger-soft`, `danger-line`, `success-soft`, `success-line`.
    """
    return re.sub(r"@([a-z-]+)", lambda found: _value(found[1]), classes)


def _value(name: str) -> str:
    if name in _MIXTURES:
        token, share = _MIXTURES[name]
        return f"[color-mix(in_oklab,var(--auth-{token})_{share}%,var(--auth-surface))]"
    if name not in TOKENS:
        raise KeyError(f"the theme has no {name}")
    return f"[color:var(--auth-{name})]"


def stylesheet(look: Look) -> str:
    """The variables, in the light and the dark, with what the app's look sets."""
    chosen = {"radius": look.radius, "font": look.font, **_accents(look.accent)}
    light = {name: chosen.get(name) or _with_radix(token.light, token.radix) for name, token in TOKENS.items()}
    dark = {name: _with_radix(token.dark, token.radix) for name, token in TOKENS.items() if token.dark != token.light}
    dark |= {"link": "color-mix(in oklab,var(--auth-accent),#fff 55%)"} if look.accent else {}
    return f":root,.radix-themes{{{_declared(light)}}}.dark,.dark .radix-themes{{{_declared(dark)}}}" + _PICTURES


def _accents(accent: str) -> dict[str, str]:
    if not accent:
        return {}
    darker = "color-mix(in oklab,var(--auth-accent),#000 15%)"
    return {"accent": accent, "accent-hover": darker, "on-accent": "#fff", "link": darker}


def _with_radix(value: str, radix: str) -> str:
    return f"var({radix},{value})" if radix else value


def _declared(values: dict[str, str]) -> str:
    return ";".join(f"--auth-{name}:{value}" for name, value in values.items())
