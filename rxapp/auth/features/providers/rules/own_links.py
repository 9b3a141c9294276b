"""What people do with their own links to providers, and administrators with those of others."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rxapp.auth.core.accounts import users
from rxapp.auth.core.accounts.actor import Actor
from rxapp.auth.core.audit import events
from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import InputRefused, NotFound, RevocationReason
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.input_rules import InputRule
from rxapp.auth.core.login.provider_errors import ProviderLinkedElsewhere, ProviderLoginEnded, ProviderNotConfirmed
from rxapp.auth.core.login.trusted_devices import record_factor_change
from rxapp.auth.core.passwords.links import end_links_of
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.sessions.device_trust import end_trust_of
from rxapp.auth.core.sessions.revocation import end_sessions_by
from rxapp.auth.features.providers.rules import links
from rxapp.auth.features.providers.rules.links import StoredLink
from rxapp.auth.features.providers.rules.login import PROVIDER, REFUSED, take
from rxapp.auth.features.providers.rules.profile import Arrival
from rxapp.auth.features.providers.rules.provider import Provider, providers_of
from rxapp.auth.features.providers.rules.transactions import Purpose

LINKS_PER_USER = 10

_LEEWAY_SECONDS = 60
"""Between the provider's clock and ours."""


def links_of(service: AuthService, user_id: UUID) -> Sequence[StoredLink]:
    """The links of a user, the oldest first."""
    with service.database.connect() as db:
        return links.links_of(db, user_id)


def providers_linked(service: AuthService, user_id: UUID) -> list[Provider]:
    """The configured providers to which the user is linked, each once."""
    found = (providers_of(service).of_issuer(each.issuer) for each in links_of(service, user_id))
    return list(dict.fromkeys(each for each in found if each is not None))


def link(service: AuthService, identity: Identity, text: str, client: Client = NO_CLIENT) -> None:
    """Link the account of the ticket to whoever is logged in. The caller has asked for a fresh authentication.

    Raises `ProviderLinkedElsewhere`, `InputRefused` if there are too many, and what `take` raises.
    """
    ticket = take(service, text, Purpose.LINK, client, identity.session_id)
    provider, profile = providers_of(service).get(ticket.transaction.provider), ticket.profile
    try:
        _store(service, identity, Arrival(provider, profile, client, ticket.heard_at))
    except ProviderLinkedElsewhere:
        facts: dict[str, Any] = {"user_id": identity.user_id, "session_id": identity.session_id, "client": client}
        service.failures.record(REFUSED, detail=f"{provider.name}: {ProviderLinkedElsewhere.code}", **facts)
        raise


@retry_on_outage
def _store(service: AuthService, identity: Identity, arrival: Arrival) -> None:
    profile, client = arrival.profile, arrival.client
    with service.database.write() as session:
        users.lock_user(session, identity.user_id)
        db = session.connection()
        known = links.find(db, profile.issuer, profile.subject)
        if known is not None and known.user_id != identity.user_id:
            raise ProviderLinkedElsewhere
        if known is not None:
            return
        if len(links.links_of(db, identity.user_id)) >= LINKS_PER_USER:
            raise InputRefused(InputRule.SECOND_FACTORS_TOO_MANY, limit=LINKS_PER_USER)
        links.add(db, identity.user_id, profile, service.clock())
        detail = f"{arrival.provider.label}: {links.label_of(profile)}"
        record_factor_change(db, links.LINKED, service.clock, identity, client, detail=detail)


@retry_on_outage
def unlink(service: AuthService, identity: Identity, link_id: UUID, client: Client = NO_CLIENT) -> list[UUID]:
    """Remove a link, and end the person's other sessions that began by a provider. Returns the ids of those.

    Raises `NotFound`, or `LastWayIn` if nothing else lets them in.
    """
    with service.database.write() as session:
        user = users.lock_user(session, identity.user_id)
        db = session.connection()
        removed = links.remove(db, user.id, link_id, service.clock())
        if removed is None:
            raise NotFound
        service.ways_in.require_one(db, user)
        record_factor_change(db, links.UNLINKED, service.clock, identity, client, detail=_named(service, removed))
        reason = RevocationReason.PROVIDER_REMOVED
        return end_sessions_by(db, user.id, PROVIDER, reason, service.clock(), client=client, exclude=identity.session_id)


@retry_on_outage
def unlink_for(service: AuthService, user_id: UUID, link_id: UUID, actor: Actor) -> list[UUID]:
    """The same by an administrator, also for the last one. A person with no way in left needs a set-password link."""
    with service.database.write() as session:
        user = users.lock_user(session, user_id)
        db, now = session.connection(), service.clock()
        removed = links.remove(db, user.id, link_id, now)
        if removed is None:
            raise NotFound
        facts: dict[str, Any] = {"client": actor.client, "actor_id": actor.user_id}
        events.record(db, links.UNLINKED, now, user_id=user.id, detail=_named(service, removed), **facts)
        end_trust_of(db, user.id, now, **facts)
        end_links_of(db, user.id)
        return end_sessions_by(db, user.id, PROVIDER, RevocationReason.PROVIDER_REMOVED, now, **facts)


def _named(service: AuthService, removed: StoredLink) -> str:
    provider = providers_of(service).of_issuer(removed.issuer)
    return f"{provider.label if provider else removed.issuer}: {removed.label}"


class ProviderProof:
    """A `Proof`: a login at a linked provider, after which the person has come back to their page with a ticket."""

    method = PROVIDER
    amr = (PROVIDER,)
    event_kind = "provider_confirmed"

    def __init__(self, service: AuthService) -> None:
        self._service = service
        providers_of(service)  # from the beginning: it remembers what is used

    def is_available(self, user: User) -> bool:
        """Whether the user is linked to a provider."""
        return bool(providers_linked(self._service, user.id))

    def verify(self, user: User, session_id: UUID, answer: str, client: Client) -> None:
        """Spend the ticket. Raises `ProviderNotConfirmed` unless it is for an account that is linked, logged in to just now."""
        service = self._service
        try:
            ticket = take(service, answer, Purpose.CONFIRM, client, session_id)
        except ProviderLoginEnded as error:
            raise ProviderNotConfirmed from error
        profile, transaction = ticket.profile, ticket.transaction
        with service.database.connect() as db:
            known = links.find(db, profile.issuer, profile.subject)
        moment = profile.authenticated_at
        # Without `auth_time` nobody knows. Who could not confirm so could log out and in again, which is as good.
        says_when = providers_of(service).get(transaction.provider).says_when
        is_fresh = not says_when if moment is None else moment.timestamp() >= transaction.begun_at - _LEEWAY_SECONDS
        if known is None or known.user_id != user.id or not is_fresh:
            service.failures.record(REFUSED, client=client, user_id=user.id, session_id=session_id, detail="not confirmed")
            raise ProviderNotConfirmed
