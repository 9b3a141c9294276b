"""Reflex's own configuration, taken from rxapp's settings so that each thing is said once."""

import reflex as rx

from rxapp.auth import UnsafeSettings, get_settings

try:
    settings = get_settings()
except (UnsafeSettings, ValueError) as error:  # a traceback would bury what is to be done
    raise SystemExit(str(error)) from None

config = rx.Config(
    app_name="rxapp",
    db_url=settings.database_url,
    redis_url=settings.redis_url,
    # On disk, Reflex would pickle every state, the stored tokens included, in plain text.
    state_manager_mode=rx.constants.StateManagerMode.REDIS if settings.redis_url else rx.constants.StateManagerMode.MEMORY,
    # A page left open is as good as the session it shows: its state is kept (in memory too) for as long as that may stand unused.
    redis_token_expiration=int(settings.session_idle_timeout.total_seconds()),
    trusted_proxy_hops=settings.trusted_proxy_hops,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    frontend_compression_formats=["brotli", "gzip"],
    plugins=[rx.plugins.TailwindV4Plugin({"darkMode": "class"})],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
# Reflex's default is `*` with credentials. A page of the app itself is always allowed (see rxapp/auth/web/origins.py).
config.cors_allowed_origins = settings.allowed_origins or (() if settings.in_production else (config.deploy_url,))
