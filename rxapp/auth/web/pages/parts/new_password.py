"""The two fields for a new password, with a hint while the person types. The password is estimated and never stored."""

from collections.abc import Mapping
from typing import Any

import reflex as rx

from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import PasswordRefused
from rxapp.auth.core.passwords.policy import MAXIMUM_LENGTH, Strength
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.parts.strength_estimates import estimates
from rxapp.auth.web.reflex_internals.state_trees import connection_of
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.fields import beside, password_field
from rxapp.auth.web.ui.forms import text_in

ESTIMATE_DELAY_MS = 250
"""The pause in typing after which the password is sent. Sending each letter would be many messages for one hint."""

_USER_NAME = rx.Var("(document.querySelector('input[autocomplete=username]')?.value ?? '')").to(str)
"""What the form's field for the user name holds. It is hidden where a password manager alone needs it."""

_LEVELS = ("w-0", "w-1/4 bg-red-500", "w-1/2 bg-amber-500", "w-3/4 bg-emerald-500", "w-full bg-emerald-600")

_TWO_LINES = "block min-h-10"
"""The hint has one line or two, and comes while the person goes on. Otherwise what is below would move away under a click."""


class StrengthState(rx.State):
    """The strength of the password in the field. `minimum` is its length for this person; 0 if it is the one for everybody."""

    minimum: int = 0
    score: int = 0
    hint: str = ""

    @event(public=True, debounce=ESTIMATE_DELAY_MS)
    async def estimate(self, password: str, user_name: str = "") -> None:
        """Say what is still missing, or how strong the password is, also against the user name.

        If too many ask at once, the hint does not change.
        """
        typed, name = (text[: MAXIMUM_LENGTH + 1] if isinstance(text, str) else "" for text in (password, user_name))
        strength = await estimates.of(typed, connection_of(self).client_ip, name, self.minimum)
        if strength is not None:
            self.score, self.hint = strength.score, _hint(strength)


async def say_minimum_for(state: Any, user: User | None) -> None:
    """From now on the hint is about this user, who has proved who they are or has a link. None: about nobody yet.

    A page must never say it of a name that somebody has only typed: it tells who has a second factor.
    """
    service = get_service()
    minimum = await in_thread(service.new_passwords.minimum_for, user) if user is not None else 0
    strength = await state.get_state(StrengthState)
    strength.minimum = 0 if minimum == service.settings.password_minimum_length else minimum


def _hint(strength: Strength) -> str:
    texts = site.texts.password
    if strength.missing:
        return texts.missing.of(strength.missing)
    if strength.refusal:
        return in_words(strength.refusal)
    return texts.strengths[strength.score - 2] if strength.score else ""


def require_same(form: Mapping[str, Any]) -> None:
    """Raise `PasswordRefused` unless both fields have the same text."""
    if text_in(form, "new_password") != text_in(form, "new_password_again"):
        raise PasswordRefused(site.texts.password.mismatch)


def new_password_fields(state: Any, *, is_new: bool = False, auto_focus: bool = False) -> rx.Component:
    """The fields `new_password` and `new_password_again`. `is_new`: the new password replaces another one.

    The form's `state` has an `error`, and in `wrong` the field that it is about.
    """
    texts = site.texts.password
    is_said_below = (state.error != "") & (StrengthState.hint == state.error)
    for_everybody = texts.hint.format(minimum=get_service().settings.password_minimum_length)
    for_this_person = texts.hint.format(minimum=StrengthState.minimum)
    at_first = rx.cond(StrengthState.minimum, for_this_person, for_everybody)
    return rx.fragment(
        password_field(
            texts.new_password if is_new else texts.password,
            "new_password",
            auto_complete="new-password",
            auto_focus=auto_focus,
            on_change=lambda typed: StrengthState.estimate(typed, _USER_NAME),
            hint=rx.fragment(
                _meter(),
                rx.el.span(
                    rx.cond(is_said_below, "", rx.cond(StrengthState.hint, StrengthState.hint, at_first)),
                    aria_live="polite",
                    class_name=rx.cond(is_said_below, "", _TWO_LINES),
                ),
            ),
            error=beside(state, "new_password"),
        ),
        password_field(
            texts.repeat_new_password if is_new else texts.repeat_password,
            "new_password_again",
            auto_complete="new-password",
            error=beside(state, "new_password_again"),
        ),
    )


def _meter() -> rx.Component:
    """Decoration: the words next to it say the same."""
    bar = "block h-1 rounded-full transition-all "
    return rx.el.span(
        rx.el.span(class_name=rx.match(StrengthState.score, *((score, bar + level) for score, level in enumerate(_LEVELS)), bar)),
        aria_hidden=True,
        class_name=style.themed("mb-1.5 block h-1 w-full rounded-full bg-@line"),
    )
