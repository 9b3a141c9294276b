"""Accounts that are made because somebody logs in at a provider for the first time."""

import re
import secrets
from collections.abc import Iterator

from rxapp.auth.core.accounts import users
from rxapp.auth.core.accounts.confusable_names import add_distinct, require_unambiguous
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import InvalidUserName, UserNameTaken
from rxapp.auth.core.login.provider_errors import ProviderAddressUnverified, ProviderLoginRefused, ProviderSignUpClosed
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.email.rules import addresses
from rxapp.auth.features.email.rules.addresses import Mailbox
from rxapp.auth.features.providers.rules import links
from rxapp.auth.features.providers.rules.profile import Arrival, Profile
from rxapp.auth.features.providers.rules.roles import roles_with

OPEN, CLOSED = "open", "closed"

SIGN_UPS_PER_REGISTRATION = 10
"""Times the registrations from one network: who signs up has an account at a provider, and an office has one network."""

_NUMBERED = 9
_RANDOM_BYTES = 3


def require_allowed(service: AuthService, arrival: Arrival) -> None:
    """Raise `ProviderAddressUnverified`, `ProviderSignUpClosed` or `TooManyRequests` unless this person may have an account.

    An address that is not verified is refused whether somebody here has it or not: the answer must not tell.
    """
    options, profile = arrival.provider.options, arrival.profile
    if profile.has_unverified_address and service.settings.has_email:
        raise ProviderAddressUnverified
    is_open = options.sign_up == OPEN or (not options.sign_up and service.settings.registration)
    domain = profile.address.rpartition("@")[2].lower()
    if not is_open or (options.domains and domain not in options.domains):
        raise ProviderSignUpClosed
    service.throttle.count_registration(arrival.client.address, times=SIGN_UPS_PER_REGISTRATION)


def make_user(service: AuthService, arrival: Arrival, mailbox: Mailbox | None) -> User:
    """A new user without a password, linked to the account, with its names, its address if we believe it, and its roles.

    Raises `ProviderLinkedElsewhere` or `EmailAddressTaken` if another click was first.
    """
    for user_name in _user_names(arrival.profile):
        try:
            return _store(service, arrival, mailbox, user_name)
        except (UserNameTaken, InvalidUserName):
            continue
    raise ProviderLoginRefused


@retry_on_outage
def _store(service: AuthService, arrival: Arrival, mailbox: Mailbox | None, user_name: str) -> User:
    now, profile, client = service.clock(), arrival.profile, arrival.client
    user = users.new_user(user_name, "", users.unset_password_hash(), roles_with(arrival, []), now)
    require_unambiguous(user.user_name, service.settings)
    try:
        users.set_display_name(user, profile.display_name)
    except InvalidUserName:
        users.set_display_name(user, "")
    with service.database.write() as session:
        add_distinct(session, user)
        db = session.connection()
        events.record(db, EventKind.USER_REGISTERED, now, user_id=user.id, client=client, detail=arrival.provider.label)
        links.add(db, user.id, profile, now)
        links.note_use(db, profile, now)
        if mailbox is not None:
            addresses.put(db, user.id, mailbox, now)
            events.record(db, "email_confirmed", now, user_id=user.id, client=client)
    return user


def _user_names(profile: Profile) -> Iterator[str]:
    """Names that may be free: as at the provider, then in plain letters, then with a number, and at last with random digits."""
    own = profile.user_name.partition("@")[0].strip()
    plain = re.sub(r"[^a-z0-9._-]+", "-", (own or profile.display_name).lower()).strip("-._")[:40] or "user"
    yield from (name for name in (own, plain) if name)
    yield from (f"{plain}-{number}" for number in range(2, _NUMBERED + 1))
    yield from (f"{plain}-{secrets.token_hex(_RANDOM_BYTES)}" for _ in range(3))
