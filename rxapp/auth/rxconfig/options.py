"""What Reflex's own configuration should be with these settings, as options for `rx.Config`. Reflex itself is not needed here."""

from typing import Any

from rxapp.auth.core.settings.loopback import LOOPBACK_ADDRESS
from rxapp.auth.core.settings.production_checks import UnsafeSettings
from rxapp.auth.core.settings.settings import Settings, get_settings


def reflex_options(settings: Settings | None = None) -> dict[str, Any]:
    """For `rxconfig.py`: `config = rx.Config(app_name=…, **reflex_options())`. Each thing is said once, in our settings.

    Settings that make no sense, or are unsafe in production, end the process with a sentence: a traceback would bury it.
    """
    try:
        settings = settings or get_settings()
    except (UnsafeSettings, ValueError) as error:
        raise SystemExit(str(error)) from None
    options = {
        "db_url": settings.database_url,
        "redis_url": settings.redis_url,
        # On disk there would be a file for every page that was ever open.
        "state_manager_mode": "redis" if settings.redis_url else "memory",
        # A page left open is as good as the session it shows: its state is kept for as long as that may stand unused.
        "redis_token_expiration": int(settings.session_idle_timeout.total_seconds()),
        "trusted_proxy_hops": settings.trusted_proxy_hops,
    }
    if not settings.in_production:
        # Reflex listens on all addresses, and in development everybody knows the demo users' password. REFLEX_BACKEND_HOST and
        # `--backend-host` win over this.
        options["backend_host"] = LOOPBACK_ADDRESS
    return options
