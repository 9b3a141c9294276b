"""The client component that tells a page that the fragment of its address has changed."""

import reflex as rx

from rxapp.auth.web.ui.components.component_base import OwnComponent


class FragmentWatch(OwnComponent):
    """Invisible. For a page that reads a token from the fragment: `on_change` fires when another link to it was followed."""

    tag = "FragmentWatch"

    on_change: rx.EventHandler[rx.event.no_args_event_spec]

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("fragment_watch.js", shared=True).importable_path
