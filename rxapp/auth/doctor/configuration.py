"""Checks the settings: warns about values that production accepts but that should be changed."""

from collections.abc import Iterator

from rxapp.auth import Settings
from rxapp.auth.core.extras import has_reflex
from rxapp.auth.core.settings.bounds import out_of_bounds
from rxapp.auth.core.settings.production_checks import HOW_TO_GENERATE
from rxapp.auth.core.settings.secret_strength import why_guessable
from rxapp.auth.core.settings.settings import NIST_PASSWORD_MINIMUM_LENGTH
from rxapp.auth.doctor.findings import Finding, ok, warning


def check_configuration(settings: Settings) -> Iterator[Finding]:
    """Check environment, secret key, bounds, origins, proxies, API documentation and password length."""
    if not settings.in_production:
        yield warning("environment", "development: what is unsafe is allowed", "On a server set RXAPP_ENVIRONMENT=production.")
    else:
        yield ok("environment", "production")
    # The refusal of production itself has already reported these.
    key = settings.secret_key.get_secret_value()
    if not settings.in_production or (key and not why_guessable(key)):
        yield _secret_key(key)
    if not settings.in_production:
        for why in out_of_bounds(settings):
            yield warning("limits", "production would not start with this", why)
    if "*" not in settings.allowed_origins or not settings.in_production:
        yield _origins(settings)
    if settings.in_production:
        yield _public_address(settings)
    if settings.in_production and settings.trusted_proxy_hops == 0:
        yield warning(
            "client address",
            "no proxy is trusted to name it: behind a proxy, all clients seem to have its address, and share its rate limits",
            "Set RXAPP_TRUSTED_PROXY_HOPS to the number of proxies in front; if there is none, nothing is wrong.",
        )
    else:
        yield ok("client address", f"{settings.trusted_proxy_hops} trusted proxies in front")
    if settings.in_production and settings.api_docs:
        yield warning("API documentation", "open to everybody, with scripts from another site", "Leave RXAPP_API_DOCS out.")
    if settings.password_minimum_length < NIST_PASSWORD_MINIMUM_LENGTH:
        yield warning(
            "passwords",
            f"{settings.password_minimum_length} characters are enough",
            f"NIST wants {NIST_PASSWORD_MINIMUM_LENGTH} where the password is the only factor: RXAPP_PASSWORD_MINIMUM_LENGTH.",
        )


def _secret_key(key: str) -> Finding:
    if not key:
        return warning("secret key", "none is set; development makes one by itself", "Set RXAPP_SECRET_KEY.")
    if why := why_guessable(key):
        return warning("secret key", f"long enough, but it {why}", HOW_TO_GENERATE)
    return ok("secret key", "long enough, and it looks random")


def _origins(settings: Settings) -> Finding:
    if "*" in settings.allowed_origins:
        return warning("origins", "any site may talk to this one", "Name the origins in RXAPP_ALLOWED_ORIGINS.")
    return ok("origins", ", ".join(settings.allowed_origins) or "the app's own only")


def _public_address(settings: Settings) -> Finding:
    if named := as_served(settings).public_origins:
        return ok("public address", ", ".join(named))
    return warning(
        "public address",
        "not known: programs that prove a key (DPoP) can only log in from this machine",
        "Set RXAPP_PUBLIC_ORIGINS, or REFLEX_DEPLOY_URL where the server runs, to the address that people see.",
    )


def as_served(settings: Settings) -> Settings:
    """The settings; if they name no public origins, with those of Reflex's own configuration."""
    if not has_reflex():
        return settings
    from rxapp.auth.web.delivery.origins import with_public_origins  # noqa: PLC0415  loads Reflex, which `--help` does without

    return with_public_origins(settings)
