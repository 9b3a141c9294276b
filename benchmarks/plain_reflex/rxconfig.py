"""A Reflex app without `rxapp.auth`, to compare with."""

import reflex as rx

config = rx.Config(
    app_name="plain_reflex", telemetry_enabled=False, disable_plugins=[rx.plugins.SitemapPlugin], state_manager_mode="memory"
)
