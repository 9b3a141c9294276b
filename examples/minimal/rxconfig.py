"""Reflex's configuration. The ready-made pages (login, registration, account) need Tailwind for their style."""

import reflex as rx

config = rx.Config(
    app_name="minimal",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    plugins=[rx.plugins.TailwindV4Plugin({"darkMode": "class"})],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
