"""Reflex's own configuration: the look of this app, and what follows from rxapp's settings."""

import reflex as rx

from rxapp.auth import reflex_options
from rxapp.auth.rxconfig import LeanBuild

config = rx.Config(
    app_name="rxapp",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    frontend_compression_formats=["brotli", "gzip"],
    plugins=[rx.plugins.TailwindV4Plugin({"darkMode": "class"}), LeanBuild()],
    disable_plugins=[rx.plugins.SitemapPlugin],
    **reflex_options(),
)
