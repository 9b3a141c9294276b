"""What was refused, for the audit log; and which provider cannot be used, for the operator."""

import logging
from contextlib import suppress

from rxapp.auth.core.database.outages import DatabaseUnavailable
from rxapp.auth.core.identity.client import Client
from rxapp.auth.features.providers.client.outgoing import ProviderFault
from rxapp.auth.features.providers.rules.login import REFUSED
from rxapp.auth.features.providers.rules.provider import Provider
from rxapp.auth.http.runtime.service import get_service, in_thread

logger = logging.getLogger(__name__)


async def note_refusal(client: Client, detail: str) -> None:
    """Record that an answer was not accepted. `detail` is for administrators. Without a database there is no record.

    A browser stands between two pages here, and must come to the next one.
    """
    with suppress(DatabaseUnavailable):
        await in_thread(get_service().failures.record, REFUSED, client=client, detail=detail)


async def note_fault(provider: Provider, fault: ProviderFault, client: Client) -> None:
    """Log why nobody can log in by the provider, and record it."""
    logger.warning("the provider %s cannot be used: %s", provider.name, fault.why)
    await note_refusal(client, f"{provider.name}: {fault.why}")
