"""Logging in by an account at a provider: which user it is, and who becomes one."""

from contextlib import suppress
from typing import NamedTuple
from uuid import UUID

from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import AuthError, DeviceKeyRequired, OtherDevice, TooManyRequests
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.login.email_errors import EmailAddressTaken, InvalidEmailAddress
from rxapp.auth.core.login.login import LoggedIn
from rxapp.auth.core.login.provider_errors import (
    ProviderAccountDisabled,
    ProviderLinkedElsewhere,
    ProviderLoginEnded,
    ProviderLoginRefused,
    ProviderSignUpClosed,
)
from rxapp.auth.core.login.second_factor import MFA
from rxapp.auth.core.login.stages import LoginAttempt, LoginIncomplete
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.email.rules import addresses, invitations
from rxapp.auth.features.email.rules.addresses import Mailbox, mailbox_in
from rxapp.auth.features.providers.rules import links, sign_up
from rxapp.auth.features.providers.rules.completion import notes_of
from rxapp.auth.features.providers.rules.profile import Arrival, Profile
from rxapp.auth.features.providers.rules.provider import providers_of
from rxapp.auth.features.providers.rules.transactions import Purpose, Step, Ticket, open_ticket, spend

PROVIDER = "provider"
"""The name in `amr` of a login by another provider. RFC 8176 has none for it."""

REFUSED = "provider_login_refused"
"""The kind of event."""

_ATTEMPTS = 3
"""Two clicks at once may both make the account. The second one finds it at its next attempt."""


class Entered(NamedTuple):
    """What came of a ticket. `new_user` is the account that was made by it, if one was."""

    login: LoggedIn | LoginIncomplete
    new_user: User | None


class _Found(NamedTuple):
    """`is_by_address`: only its verified address has shown whose account it is. It is linked when the login is complete."""

    user: User
    is_new: bool = False
    is_by_address: bool = False


def log_in(service: AuthService, text: str, client: Client = NO_CLIENT) -> Entered:
    """Begin a session for whoever has this ticket. An account is made for them, if that may be.

    Raises `ProviderLoginEnded`, `OtherDevice`, `DeviceKeyRequired`, `TooManyRequests`, and the errors of `provider_errors`.
    """
    ticket = take(service, text, Purpose.LOGIN, client)
    provider, profile = providers_of(service).get(ticket.transaction.provider), ticket.profile
    arrival = Arrival(provider, profile, client, ticket.heard_at)
    try:
        found = _find_or_make(service, arrival)
        login = _begin(service, arrival, found)
    except TooManyRequests as refused:
        service.failures.record_throttled(refused, client)
        raise
    except AuthError as error:
        service.failures.record(REFUSED, client=client, detail=f"{provider.name}: {error.code}")
        raise
    return Entered(login, found.user if found.is_new else None)


def _begin(service: AuthService, arrival: Arrival, found: _Found) -> LoggedIn | LoginIncomplete:
    # A mailbox, or somebody else's rule for it, must not stand in for the second factor of an account.
    counts_as_two = arrival.profile.has_two_factors and not found.is_by_address
    now = service.clock()
    proved = LoginAttempt(
        found.user,
        (PROVIDER, MFA) if counts_as_two else (PROVIDER,),
        began_at=min(arrival.profile.authenticated_at or now, now),
        notes=notes_of(arrival, links_now=found.is_by_address),
    )
    try:
        return service.login.with_proof(proved, arrival.client)
    except LoginIncomplete as incomplete:
        return incomplete
    except Exception:
        if found.is_new:  # the app has not heard of the account, and could never refuse it afterwards
            service.accounts.undo_registration(found.user.id, arrival.client)
        raise


def take(service: AuthService, text: str, purpose: Purpose, client: Client, session_id: UUID | None = None) -> Ticket:
    """Spend a ticket for that purpose, and for that session. What can be refused is refused before."""
    try:
        ticket = open_ticket(service, text, client)
    except OtherDevice:
        service.failures.record(REFUSED, client=client, detail="another browser")
        raise
    if ticket.transaction.purpose != purpose or ticket.transaction.session_id != str(session_id or ""):
        raise ProviderLoginEnded
    if not providers_of(service).get(ticket.transaction.provider).issues(ticket.profile.issuer):
        raise ProviderLoginRefused  # it was configured anew meanwhile
    if service.settings.require_device_key and client.device_key is None:
        raise DeviceKeyRequired
    spend(service, Step.TICKET, ticket.id)
    return ticket


def is_of(service: AuthService, user_id: UUID, text: str, client: Client = NO_CLIENT) -> bool:
    """Whether the ticket is for an account that is linked to this user, who is logged in already. Then it is spent."""
    try:
        ticket = open_ticket(service, text, client)
    except (ProviderLoginEnded, OtherDevice):
        return False
    with service.database.connect() as db:
        link = links.find(db, ticket.profile.issuer, ticket.profile.subject)
    if link is None or link.user_id != user_id:
        return False
    with suppress(ProviderLoginEnded):
        spend(service, Step.TICKET, ticket.id)
    return True


def _find_or_make(service: AuthService, arrival: Arrival) -> _Found:
    for _ in range(_ATTEMPTS):
        try:
            return _find(service, arrival) or _make(service, arrival)
        except (ProviderLinkedElsewhere, EmailAddressTaken):
            continue
    raise ProviderLoginRefused


@retry_on_outage
def _find(service: AuthService, arrival: Arrival) -> _Found | None:
    """The user who is linked to the account; else the one who has confirmed its address; else None. Nothing is changed.

    Addresses are given to others. So not everybody is found by one (`links.may_link_by_address`).
    """
    profile, mailbox = arrival.profile, _believed_mailbox(service, arrival.profile)
    with service.database.read() as session:
        db = session.connection()
        owner = addresses.owner_of(db, mailbox.key) if mailbox else None
        # After the address: another click may store both in between, and an address without its link would be refused.
        link = links.find(db, profile.issuer, profile.subject)
        user_id = link.user_id if link else owner
        user = session.get(User, user_id) if user_id else None
        if user is None:
            return None
        if user.disabled_at is not None:
            raise ProviderAccountDisabled
        if link is None and not links.may_link_by_address(db, user.id, profile):
            raise ProviderSignUpClosed
        return _Found(user, is_by_address=link is None)


def _make(service: AuthService, arrival: Arrival) -> _Found:
    mailbox = _believed_mailbox(service, arrival.profile)
    is_closed = arrival.provider.options.sign_up == sign_up.CLOSED
    if mailbox is not None and not is_closed and (invited := _accept_invitation(service, arrival, mailbox)):
        return _Found(invited)
    sign_up.require_allowed(service, arrival)
    return _Found(sign_up.make_user(service, arrival, mailbox), is_new=True)


@retry_on_outage
def _accept_invitation(service: AuthService, arrival: Arrival, mailbox: Mailbox) -> User | None:
    """The user who was invited at this address, who is linked and has confirmed it now; or None."""
    with service.database.write() as session:
        user = invitations.accept(service, session, mailbox, arrival.client)
        if user is not None:
            links.link(service, session.connection(), user.id, arrival)
        return user


def _believed_mailbox(service: AuthService, profile: Profile) -> Mailbox | None:
    """The mailbox of the profile, if people have addresses here."""
    if not service.settings.has_email or not profile.address:
        return None
    try:
        return mailbox_in(profile.address)
    except InvalidEmailAddress:
        return None
