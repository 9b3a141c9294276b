"""The configured providers, with all that is known of well-known ones filled in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from importlib.util import find_spec
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from rxapp.auth.core.dpop.spent_proofs import spent_proofs
from rxapp.auth.core.errors import Misconfigured, NotFound
from rxapp.auth.core.extras import ExtraNotInstalled
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.settings.loopback import is_loopback
from rxapp.auth.core.settings.provider_settings import ConfiguredProvider
from rxapp.auth.core.settings.settings import Settings


class Step(StrEnum):
    """Where the sealed facts of a login at a provider are good (`transactions.py`)."""

    START = "start"
    CALLBACK = "callback"
    TICKET = "ticket"


LIFETIMES = {Step.START: timedelta(minutes=2), Step.CALLBACK: timedelta(hours=1), Step.TICKET: timedelta(minutes=5)}
"""From the click to the start route; to log in at the provider, or to make an account there; from the callback to the page."""

PACKAGES = ("httpx",)

OIDC, GOOGLE, MICROSOFT, GITHUB = "oidc", "google", "microsoft", "github"

_ISSUERS = {
    GOOGLE: "https://accounts.google.com",
    MICROSOFT: "https://login.microsoftonline.com/common/v2.0",
    GITHUB: "https://github.com",
    "gitlab": "https://gitlab.com",
}
_LABELS = {
    GOOGLE: "Google",
    MICROSOFT: "Microsoft",
    GITHUB: "GitHub",
    "gitlab": "GitLab",
    "keycloak": "Keycloak",
    "authentik": "Authentik",
}
_SCOPES = {GITHUB: ("read:user", "user:email")}
_SCOPE_OF_GITHUB_GROUPS = "read:org"

_TENANT = re.compile(r"https://login\.microsoftonline\.com/([0-9a-f-]{36})/v2\.0")
_MANY_TENANTS = re.compile(r"https://login\.microsoftonline\.com/(common|organizations)/v2\.0")


class ProviderIncomplete(Misconfigured):
    """Something is missing, or cannot be. The message names the variable."""

    def __init__(self, name: str, option: str, why: str) -> None:
        super().__init__(f"RXAPP_PROVIDERS__{name.upper()}__{option}: {why}")


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider. `options` are as configured."""

    name: str
    kind: str
    label: str
    issuer: str
    scopes: tuple[str, ...]
    options: ConfiguredProvider

    @property
    def has_discovery(self) -> bool:
        """Whether it is one of OpenID Connect, which publishes what it can. GitHub is not."""
        return self.kind != GITHUB

    @property
    def says_when(self) -> bool:
        """Whether its tokens say when somebody has shown there who they are (`auth_time`), as OpenID Connect wants it."""
        return self.kind not in (GOOGLE, MICROSOFT, GITHUB)

    @property
    def has_many_tenants(self) -> bool:
        """Whether each of its tenants is an issuer of its own."""
        return self.kind == MICROSOFT and _MANY_TENANTS.fullmatch(self.issuer) is not None

    def issues(self, issuer: str) -> bool:
        """Whether this is the issuer of its tokens, or one of them."""
        return issuer == self.issuer or (self.has_many_tenants and _TENANT.fullmatch(issuer) is not None)


class Providers:
    """The providers of one service, and what of their logins was used. Threads share one instance.

    `faults` are of those that are not complete. A command may run without what the app's code adds, so only the app refuses them.
    """

    def __init__(self, service: AuthService) -> None:
        self._settings = settings = service.settings
        self.spent = {
            step: spent_proofs(settings.redis_url, service.clock, lifetime + timedelta(seconds=1))
            for step, lifetime in LIFETIMES.items()
        }
        self.faults: list[ProviderIncomplete] = []
        self._by_name: dict[str, Provider] = {}
        for each in settings.providers:
            try:
                self._by_name[each.name] = _complete(each.name, each.options)
            except ProviderIncomplete as fault:
                self.faults.append(fault)

    def require_complete(self) -> None:
        """Raise `Misconfigured` or `ExtraNotInstalled` if somebody could not log in by one of them."""
        require_installed()
        for fault in self.faults:
            raise fault
        if not page_of(self._settings) or not api_url_of(self._settings):
            why = "a provider sends people back to an address that it knows"
            raise Misconfigured(f"{why}: set RXAPP_PUBLIC_ORIGINS, or RXAPP_API_URL and RXAPP_PROVIDER_PAGE")

    def __iter__(self) -> Iterator[Provider]:
        return iter(self._by_name.values())

    def get(self, name: str) -> Provider:
        """The provider of that name. Raises `NotFound`."""
        if name not in self._by_name:
            raise NotFound
        return self._by_name[name]

    def of_issuer(self, issuer: str) -> Provider | None:
        """The first provider with that issuer. None for one that is not configured any more."""
        return next((each for each in self if each.issues(issuer)), None)


_of: WeakKeyDictionary[AuthService, Providers] = WeakKeyDictionary()


def providers_of(service: AuthService) -> Providers:
    """The providers of the service. They are there from its beginning (`ProviderProof`)."""
    if service not in _of:
        _of[service] = Providers(service)
    return _of[service]


def page_of(settings: Settings) -> str:
    """The address of the page to which people come back. Empty if no address is known."""
    return settings.provider_page or (f"{settings.public_origins[0]}/provider-login" if settings.public_origins else "")


def api_url_of(settings: Settings) -> str:
    """Where browsers reach the API, without a slash at the end. Empty if no address is known.

    It never comes from a request: whoever sends one could send any `Host`.
    """
    return settings.api_url or (settings.public_origins[0] if settings.public_origins else "")


def callback_of(settings: Settings, name: str) -> str:
    """The redirect address, as it has to be registered at the provider."""
    return f"{api_url_of(settings)}/api/auth/providers/{name}/callback"


def require_installed() -> None:
    """Raise `ExtraNotInstalled` if a package is missing."""
    for package in PACKAGES:
        if find_spec(package) is None:
            raise ExtraNotInstalled("RXAPP_PROVIDERS", package, "oidc", package)


def _complete(name: str, options: ConfiguredProvider) -> Provider:
    kind = options.kind or (name if name in _LABELS else OIDC)
    issuer = options.issuer or _ISSUERS.get(kind, "")
    if not issuer:
        raise ProviderIncomplete(name, "ISSUER", "is not set: it is the address of the provider, as its tokens name it")
    _require_secure(name, issuer)
    if not options.client_id:
        raise ProviderIncomplete(name, "CLIENT_ID", "is not set: the provider gives one when this app is registered there")
    has_secret = options.client_secret.get_secret_value() or options.client_key.get_secret_value()
    if not has_secret and options.client_authentication != "none":
        why = "is not set. A provider that gives none wants CLIENT_AUTHENTICATION=none"
        raise ProviderIncomplete(name, "CLIENT_SECRET", why)
    label = options.label or _LABELS.get(kind) or name.replace("_", " ").replace("-", " ").title()
    return Provider(name, kind, label, issuer, options.scopes or _scopes(kind, options), options)


def _scopes(kind: str, options: ConfiguredProvider) -> tuple[str, ...]:
    scopes = _SCOPES.get(kind, ("openid", "profile", "email"))
    return (*scopes, _SCOPE_OF_GITHUB_GROUPS) if kind == GITHUB and options.roles else scopes


def _require_secure(name: str, issuer: str) -> None:
    try:
        parts = urlsplit(issuer)
        is_local = parts.scheme == "http" and is_loopback(parts.hostname or "")
    except ValueError:  # such as an unclosed bracket
        parts, is_local = urlsplit(""), False
    if not parts.hostname or (parts.scheme != "https" and not is_local) or parts.query or parts.fragment:
        raise ProviderIncomplete(name, "ISSUER", f"{issuer!r} has not the form https://login.example.com")
