"""Reflex's configuration of the app around reflex-local-auth."""

import os

import reflex as rx

config = rx.Config(
    app_name="local_auth_app",
    app_module_import="local_auth_app",
    db_url=os.environ["DATABASE_URL"],
    telemetry_enabled=False,
    plugins=[rx.plugins.RadixThemesPlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
