"""The box in each form for a second factor: "do not ask on this device". The login page sends it with the form's answers."""

from typing import Any

import reflex as rx

from rxapp.auth.core.login.trusted_devices import TRUST_DEVICE, YES
from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.web.auth_state.leaving import kept_during_login
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.guards import event
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style


@kept_during_login
class TrustState(rx.State):
    """Whether this page's browser can be trusted. What the person has ticked is sent with the answers of the form."""

    is_offered: bool = False

    _is_wished: bool = False

    @event(public=True)
    async def wish(self, is_wished: bool) -> None:
        """The person has ticked the box, or unticked it."""
        self._is_wished = is_wished is True


async def offer_trust(state: Any) -> None:
    """To call when a login comes to its next stage: the box is there if the browser has a key, and it is not ticked."""
    auth, trust = await state.get_state(AuthState), await state.get_state(TrustState)
    trust.is_offered, trust._is_wished = get_service().trusted_devices.can_trust(auth._client()), False


async def trust_answers(state: Any) -> dict[str, str]:
    """The answer for `trustDevice`, if the box is ticked."""
    return {TRUST_DEVICE: YES} if (await state.get_state(TrustState))._is_wished else {}


def trust_checkbox() -> rx.Component:
    """The box with its label. It asks for nothing that must be typed, so it is not in the form's data."""
    wish: Any = TrustState.wish  # Reflex types this trigger for texts; for a checkbox it sends whether it is ticked
    box = rx.el.input(type="checkbox", on_change=wish, class_name=style.CHECKBOX + " shrink-0")
    words = rx.el.label(box, _label(), class_name=style.SMALL + " mb-4 flex cursor-pointer items-center gap-2")
    return rx.cond(TrustState.is_offered, words)


def _label() -> str:
    texts, days = site.texts.second_factor, get_service().settings.trusted_device_lifetime.days
    return texts.trust.of(days) if days else texts.trust_briefly
