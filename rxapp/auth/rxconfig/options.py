"""Reflex's configuration, made from our settings, as options for `rx.Config`. This module does not import Reflex."""

from typing import Any

from rxapp.auth.core.settings.loopback import LOOPBACK_ADDRESS
from rxapp.auth.core.settings.production_checks import UnsafeSettings
from rxapp.auth.core.settings.settings import Settings, get_settings


def reflex_options(settings: Settings | None = None) -> dict[str, Any]:
    """For `rxconfig.py`: `config = rx.Config(app_name=…, **reflex_options())`. So each value is set once, in our settings.

    Invalid settings, and unsafe ones in production, end the process with a sentence. A traceback would hide it.
    """
    try:
        settings = settings or get_settings()
    except (UnsafeSettings, ValueError) as error:
        raise SystemExit(str(error)) from None
    options = {
        "db_url": settings.database_url,
        "redis_url": settings.redis_url,
        # The disk manager would keep a file for every page that was ever open.
        "state_manager_mode": "redis" if settings.redis_url else "memory",
        # The state of an open page is kept for as long as its session may be idle.
        "redis_token_expiration": int(settings.session_idle_timeout.total_seconds()),
    }
    if not settings.in_production:
        # By default Reflex listens on all addresses, and in development everybody knows the demo users' password.
        # REFLEX_BACKEND_HOST and `--backend-host` override this.
        options["backend_host"] = LOOPBACK_ADDRESS
    return options
