"""Back-channel logout: the session at a provider has ended, so ours that began with it end too."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.errors import RevocationReason
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.sessions.revocation import end_session
from rxapp.auth.features.providers.rules import provider_logouts, provider_sessions

_LEEWAY = timedelta(seconds=10)
"""Between the provider's clock and ours."""


@retry_on_outage
def end_sessions(service: AuthService, claims: Mapping[str, Any], client: Client = NO_CLIENT) -> list[UUID]:
    """End the sessions that a verified logout token names. Returns the ids of those that ended.

    With `sid` it is that session at the provider, and without all of the account there. A token that comes again ends no session
    that has begun since. Logins that are under way come to no session.
    """
    issuer, subject, session = claims["iss"], str(claims.get("sub") or ""), str(claims.get("sid") or "")
    until = datetime.fromtimestamp(claims["iat"], UTC) + _LEEWAY
    with service.database.transaction() as db:
        provider_logouts.lock(db, issuer, shared=False)
        provider_logouts.note(db, issuer, subject, session, min(until, service.clock()))
        named = provider_sessions.begun_with(db, issuer, subject, session, until=until)
        reason, now = RevocationReason.LOGGED_OUT_AT_PROVIDER, service.clock()
        return [each for each in named if end_session(db, each, reason, now, ends_trust=False, client=client)]
