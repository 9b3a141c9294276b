"""Reflex's configuration. Database, Redis and proxies come from rxapp's settings."""

import reflex as rx

from rxapp.auth import reflex_options

config = rx.Config(
    app_name="notes",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    plugins=[rx.plugins.TailwindV4Plugin({"darkMode": "class"})],
    disable_plugins=[rx.plugins.SitemapPlugin],
    **reflex_options(),
)
