"""People who come back from a provider, without one: their tickets are sealed here. Nothing is contacted."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from rxapp.auth import AuthService, Settings
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.core.settings.provider_settings import ConfiguredProvider, NamedProvider
from rxapp.auth.features.email.rules import addresses, outbox
from rxapp.auth.features.providers.rules import login, own_links
from rxapp.auth.features.providers.rules.login import Entered
from rxapp.auth.features.providers.rules.profile import Profile, profile_from
from rxapp.auth.features.providers.rules.provider import Providers, providers_of
from rxapp.auth.features.providers.rules.transactions import Purpose, Step, Ticket, Transaction, key_of, seal
from tests.clock import MovableClock
from tests.conftest import NO_LIMITS

PAGE = "https://app.example/provider-login"
KNOWN_HERE = {"client_id": "rxapp", "client_secret": "a secret of the client"}
PROVIDERS = {
    "acme": {
        "issuer": "https://acme.example",
        "roles": {"boss": "Admin", "staff": "Manager"},
        "two_factors_amr": ("mfa",),
        "two_factors_acr": ("gold",),
    },
    "umbrella": {"issuer": "https://umbrella.example", "roles": {"chiefs": "Admin", "helpers": "Helper"}},
    "plain": {"issuer": "https://plain.example"},
    "keycloak": {
        "issuer": "https://keycloak.example/realms/a",
        "groups_claim": "realm_access.roles",
        "roles": {"boss": "Admin"},
    },
    "google": {},
    "microsoft": {},
}
ISSUERS = {name: options["issuer"] for name, options in PROVIDERS.items() if options}
ADA = {"email": "ada@example.com", "email_verified": True}
"""The claims of an address that the provider has verified."""


class TickingClock(MovableClock):
    """No two messages are of the same moment, so there is a newest one."""

    def __call__(self):
        self.move(microseconds=1)
        return self.now


def settings_without_network() -> Settings:
    return Settings(
        _env_file=None,
        secret_key="k" * 40,
        argon2_memory_kib=8,
        argon2_time_cost=1,
        email="optional",
        public_origins="https://app.example",
        app_name="Acme",
        providers={name: KNOWN_HERE | options for name, options in PROVIDERS.items()},
        **NO_LIMITS,
    )


def service_with(service: AuthService, **changes: Any) -> AuthService:
    """Another service on the same database, with other settings."""
    return AuthService(service.settings.model_copy(update=changes), service.database, service.clock)


def configured(service: AuthService, name: str = "acme", **options: Any) -> AuthService:
    """The same, with other options of one provider."""
    changed = [
        NamedProvider(name=each.name, options=ConfiguredProvider(**each.options.model_dump(exclude_unset=True) | options))
        if each.name == name
        else each
        for each in service.settings.providers
    ]
    return service_with(service, providers=tuple(changed))


def without(service: AuthService, name: str) -> AuthService:
    """The same, after the operator has given up a provider."""
    return service_with(service, providers=tuple(each for each in service.settings.providers if each.name != name))


def profile_of(service: AuthService, provider: str = "acme", /, **claims: Any) -> Profile:
    """What is believed of these claims."""
    return profile_from(providers_of(service).get(provider), {"iss": ISSUERS.get(provider), "sub": "1"} | claims)


def believed(settings: Settings, provider: str, **claims: Any) -> Profile:
    """The same without a database."""
    service = SimpleNamespace(settings=settings, clock=MovableClock())
    return profile_from(Providers(service).get(provider), {"iss": "https://issuer.example", "sub": "1"} | claims)


def sealed(
    service: AuthService,
    profile: Profile,
    name: str = "acme",
    *,
    purpose: Purpose = Purpose.LOGIN,
    session_id: UUID | str = "",
    client: Client = NO_CLIENT,
) -> str:
    """A ticket with that profile."""
    begun_at = int(service.clock().timestamp())
    transaction = Transaction(name, purpose, PAGE, session_id=str(session_id), device_key=key_of(client), begun_at=begun_at)
    return seal(service, Step.TICKET, Ticket(transaction, profile, service.clock()))


def ticket_for(service: AuthService, purpose: Purpose, identity: Identity, provider: str = "acme", /, **claims: Any) -> str:
    """A ticket of somebody who is logged in."""
    return sealed(service, profile_of(service, provider, **claims), provider, purpose=purpose, session_id=identity.session_id)


def arrive(service: AuthService, provider: str = "acme", /, client: Client = NO_CLIENT, **claims: Any) -> Entered:
    """Come back from the provider."""
    return login.log_in(service, sealed(service, profile_of(service, provider, **claims), provider, client=client), client)


def enter(service: AuthService, provider: str = "acme", /, client: Client = NO_CLIENT, **claims: Any) -> Identity:
    """Come back, and be logged in."""
    entered = arrive(service, provider, client, **claims)
    assert not isinstance(entered.login, LoginIncomplete), entered.login.stage
    return service.verify_access(entered.login.pair.access_token, client)


def link(service: AuthService, identity: Identity, provider: str = "acme", /, **claims: Any) -> None:
    """Link an account to somebody who is logged in."""
    own_links.link(service, identity, ticket_for(service, Purpose.LINK, identity, provider, **claims))


def everybody(service: AuthService) -> dict[str, User]:
    """All users, by their names."""
    with service.database.read() as db:
        return {user.user_name: user for user in db.scalars(select(User)).all()}


def accounts_of(service: AuthService, user_id: UUID) -> set[tuple[str, str]]:
    """The issuers and subjects to which a user is linked."""
    return {(each.issuer, each.subject) for each in own_links.links_of(service, user_id)}


def address_owner(service: AuthService, address: str) -> UUID | None:
    with service.database.connect() as db:
        return addresses.owner_of(db, address)


def events_of(service: AuthService, user_id: UUID | None = None, kind: str = "") -> list[tuple[str, str]]:
    """The kinds and details in the audit log, the oldest first."""
    _, found = service.administration.events(EventFilter(user_id=user_id, kind=kind), limit=200)
    return [(each.kind, each.detail) for each in reversed(found)]


def told(service: AuthService) -> list[str]:
    """The events that were told by e-mail, the newest first."""
    return [each.facts["event"] for each in outbox.newest(service.database, limit=99) if "event" in each.facts]
