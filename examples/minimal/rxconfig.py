"""Reflex's configuration. The ready-made pages (login, registration, account) need Tailwind for their style.

`AuthPlugin` passes rxapp's settings on: database, Redis, and in development the address to listen on.
"""

import reflex as rx

from rxapp.auth.rxconfig import AuthPlugin

config = rx.Config(
    app_name="minimal",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    plugins=[rx.plugins.TailwindV4Plugin({"darkMode": "class"}), AuthPlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
