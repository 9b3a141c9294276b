"""For `doctor`: whether the providers answer, whether it is known where people come back, and whether links have lost theirs."""

import asyncio
from collections.abc import Iterator

from rxapp.auth.core.clock import system_clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.extras import ExtraNotInstalled
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.doctor.findings import Finding, ok, problem, warning
from rxapp.auth.features.providers.client.examination import examine
from rxapp.auth.features.providers.rules import links
from rxapp.auth.features.providers.rules.provider import (
    Providers,
    api_url_of,
    callback_of,
    providers_of,
    require_installed,
)

_CHECK = "providers"
_NAME = "Compare with the provider's own settings, and run: python -m rxapp providers check"


def check(settings: Settings, database: Database) -> Iterator[Finding]:
    """Ask each provider for what it publishes. Say its redirect address, which must be registered there exactly so."""
    try:
        require_installed()
    except ExtraNotInstalled as error:
        yield problem(_CHECK, str(error), 'Run: pip install "rxapp[oidc]"')
        return
    found = providers_of(AuthService(settings, database))
    for fault in found.faults:
        yield warning(_CHECK, str(fault), "If the app's code completes it, which is not seen here, nothing is wrong.")
    if settings.in_production and not api_url_of(settings):
        yield problem(_CHECK, "it is not known where people come back", "Set RXAPP_PUBLIC_ORIGINS.")
    for each in found:
        callback = callback_of(settings, each.name)
        result = asyncio.run(examine(each, callback, system_clock))
        if result.fault:
            yield problem(_CHECK, f"{each.label}: {result.fault}", _NAME)
        elif result.doubts:
            yield warning(_CHECK, f"{each.label}: {'; '.join(result.doubts)}", _NAME)
        else:
            yield ok(_CHECK, f"{each.label} answers; people come back at {callback}")
    if settings.in_production and api_url_of(settings).startswith("http://"):
        yield warning(
            _CHECK, f"people come back at {api_url_of(settings)}, without TLS", "Set RXAPP_API_URL to an https address."
        )
    yield from _lost_links(found, database)


def _lost_links(found: Providers, database: Database) -> Iterator[Finding]:
    with database.connect() as db:
        lost = [issuer for issuer in links.issuers(db) if found.of_issuer(issuer) is None]
    if lost:
        why = f"accounts are linked to {', '.join(sorted(lost)[:5])}, which is not configured: some may have no other way in"
        yield warning(_CHECK, why, "Configure it again, or give their people another way: python -m rxapp users --help")
