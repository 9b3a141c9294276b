"""The client component that keeps the device's key, which nobody can take out of the browser, and proves it when asked."""

from typing import Any

import reflex as rx

from rxapp.auth.web.ui.components.component_base import OwnComponent


class DeviceKey(OwnComponent):
    """Invisible. `on_proof` fires with a DPoP proof over a new `challenge`, or with an empty one where no key can be kept."""

    tag = "DeviceKey"

    challenge: rx.Var[dict[str, Any]]
    on_proof: rx.EventHandler[rx.event.passthrough_event_spec(str)]

    @classmethod
    def script(cls) -> str:
        """The file beside this one."""
        return rx.asset("device_key.js", shared=True).importable_path
