"""The client component that keeps the device's key and proves it when asked. The key cannot be copied from the browser."""

from typing import Any

import reflex as rx

from rxapp.auth.web.ui.components.component_base import OwnComponent

NOT_READABLE_NOW = "not readable now"
"""As in `device_key.js`. Browsers cannot read their storage at times, and signing people out for that would be for good."""


class DeviceKey(OwnComponent):
    """Invisible. `on_proof` fires with a DPoP proof of a new `challenge`.

    If the browser keeps no key, it fires with an empty string; if its key cannot be read now, with `NOT_READABLE_NOW`.
    """

    tag = "DeviceKey"

    challenge: rx.Var[dict[str, Any]]
    on_proof: rx.EventHandler[rx.event.passthrough_event_spec(str)]

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("device_key.js", shared=True).importable_path
