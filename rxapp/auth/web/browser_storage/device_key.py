"""The client component that keeps the device's key and proves it when asked. The key cannot be copied from the browser."""

from typing import Any

import reflex as rx

from rxapp.auth.web.ui.components.component_base import OwnComponent


class DeviceKey(OwnComponent):
    """Invisible. `on_proof` fires with a DPoP proof of a new `challenge`, or with an empty string if the browser keeps no key."""

    tag = "DeviceKey"

    challenge: rx.Var[dict[str, Any]]
    on_proof: rx.EventHandler[rx.event.passthrough_event_spec(str)]

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("device_key.js", shared=True).importable_path
