"""The settings of other providers: who they are, how this app is known to them, and what is believed of what they say."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode

from rxapp.auth.core.errors import Misconfigured
from rxapp.auth.core.identity.role_names import is_role

S = TypeVar("S", bound="ProviderSettings")

MAXIMUM_NAME_LENGTH = 32


def _names(value: object) -> object:
    """Split at commas and blanks."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        raise ValueError("has commas or blanks between the names, and no brackets")
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def _lower_names(value: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.lower().lstrip("@") for name in value)


def _roles(value: object) -> object:
    """Read `admins=Admin, staff=Manager`. A group may have an equals sign, and a role has none at its end."""
    if isinstance(value, Mapping):
        return tuple(value.items())
    if not isinstance(value, str):
        return value
    pairs = [part.strip().rpartition("=") for part in value.split(",") if part.strip()]
    if not all(group and role for group, _, role in pairs):
        raise ValueError("has the form group=Role, other-group=OtherRole")
    return tuple((group.strip(), role.strip()) for group, _, role in pairs)


def _require_roles(value: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    for _, role in value:
        if not is_role(role):
            raise ValueError(f"{role!r} is no name of a role")
    return value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)]
Domains = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names), AfterValidator(_lower_names)]
Roles = Annotated[tuple[tuple[str, str], ...], NoDecode, BeforeValidator(_roles), AfterValidator(_require_roles)]


class ConfiguredProvider(BaseModel):
    """What is set for one provider. All that is left out has a default, which for a known provider fits it.

    `client_id` and `client_secret` are what the provider has given to this app; `client_key` is a private key (PEM) in place of
    the secret. `hosts` are further hosts of the provider that may be in a private network.

    `addresses` says what is believed of an e-mail address: `verified` only what the provider calls verified, `trusted` all, and
    `ignored` none. `domains` limits who may sign up, by the domain of such an address. `sign_up` says who gets an account:
    everybody (`open`), people who were invited by address (`invited`), or nobody (`closed`); without a word, everybody if people
    may register (`RXAPP_REGISTRATION`).

    `roles` maps groups, which the claim `groups_claim` names, to roles. `two_factors_amr` and `two_factors_acr` name values of
    these claims that count as two factors.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: Literal["", "oidc", "google", "microsoft", "github", "gitlab", "keycloak", "authentik"] = ""
    label: str = Field(default="", max_length=64)
    issuer: str = Field(default="", max_length=255)
    client_id: str = Field(default="", max_length=255)
    client_secret: SecretStr = SecretStr("")
    client_key: SecretStr = SecretStr("")
    client_key_id: str = ""
    client_authentication: Literal["", "client_secret_basic", "client_secret_post", "private_key_jwt", "none"] = ""
    scopes: Names = ()
    hosts: Names = ()
    addresses: Literal["", "verified", "trusted", "ignored"] = ""
    sign_up: Literal["", "open", "invited", "closed"] = ""
    domains: Domains = ()
    groups_claim: str = "groups"
    roles: Roles = ()
    two_factors_amr: Names = ()
    two_factors_acr: Names = ()


class NamedProvider(BaseModel):
    """A provider, under the name that its addresses and its variables have."""

    model_config = ConfigDict(frozen=True)

    name: str
    options: ConfiguredProvider


def _named(value: object) -> object:
    """In the order of the names: the environment has none."""
    if not isinstance(value, Mapping):
        return value
    return tuple(_one(name, options) for name, options in sorted(value.items()))


def _one(name: object, options: object) -> NamedProvider:
    """One provider. Its errors name its variables, and no value: one of them is a secret."""
    try:
        return NamedProvider(name=str(name), options=ConfiguredProvider.model_validate(options))
    except ValidationError as error:
        faults = [f"{'__'.join([str(name), *map(str, each['loc'])]).upper()}: {each['msg']}" for each in error.errors()]
        raise ValueError("; ".join(faults)) from None


class ProviderSettings(BaseSettings):
    """A part of `Settings`."""

    providers: Annotated[tuple[NamedProvider, ...], BeforeValidator(_named)] = ()
    provider_page: str = Field(default="", max_length=512)
    api_url: str = Field(default="", max_length=512)

    @field_validator("providers")
    @classmethod
    def _names_fit_into_addresses(cls, providers: tuple[NamedProvider, ...]) -> tuple[NamedProvider, ...]:
        for each in providers:
            require_name(each.name)
        return providers

    @field_validator("provider_page", "api_url")
    @classmethod
    def _addresses_are_whole(cls, text: str) -> str:
        if text and (not text.startswith(("https://", "http://")) or any(mark in text for mark in "?#\\ ")):
            raise ValueError("has the form https://app.example.com, without ? and #")
        return text.rstrip("/")


def require_name(name: str) -> None:
    """Raise `ValueError` for a name that cannot be a part of a path."""
    is_good = name.isascii() and name.replace("_", "").replace("-", "").isalnum() and name == name.lower()
    if not is_good or len(name) > MAXIMUM_NAME_LENGTH:
        raise ValueError(
            f"{name!r} is no name of a provider: it has small letters, digits, - and _, at most {MAXIMUM_NAME_LENGTH}"
        )


def with_providers(settings: S, named: Iterable[NamedProvider] | None) -> S:
    """The settings, with the providers that code names. They come first. What the environment sets for one of them wins."""
    if named is None:
        return settings
    known = {each.name: each.options for each in settings.providers}
    merged: dict[str, ConfiguredProvider] = {}
    for each in named:
        if each.name in merged:
            raise Misconfigured(f"two providers have the name {each.name!r}")
        elsewhere = known.pop(each.name, None)
        set_there = {field: getattr(elsewhere, field) for field in elsewhere.model_fields_set} if elsewhere else {}
        merged[each.name] = each.options.model_copy(update=set_there)
    providers = tuple(NamedProvider(name=name, options=options) for name, options in (merged | known).items())
    return settings.model_copy(update={"providers": providers})


def oidc(name: str, **options: Any) -> NamedProvider:
    """A provider of OpenID Connect, such as `oidc("acme", issuer="https://acme.example")`. Options as `ConfiguredProvider`."""
    require_name(name)
    return NamedProvider(name=name, options=ConfiguredProvider(**options))


def google(**options: Any) -> NamedProvider:
    """Google. Without options, `RXAPP_PROVIDERS__GOOGLE__CLIENT_ID` and `…__CLIENT_SECRET` are enough."""
    return oidc("google", **options)


def microsoft(**options: Any) -> NamedProvider:
    """Microsoft. `issuer` names the tenant: `https://login.microsoftonline.com/{tenant}/v2.0`; by default all accounts."""
    return oidc("microsoft", **options)


def github(**options: Any) -> NamedProvider:
    """GitHub. `issuer` is the address of a GitHub Enterprise, if it is not github.com."""
    return oidc("github", **options)


def gitlab(**options: Any) -> NamedProvider:
    """GitLab. `issuer` is the address of one's own server, if it is not gitlab.com."""
    return oidc("gitlab", **options)


def keycloak(**options: Any) -> NamedProvider:
    """Keycloak. `issuer` is `https://{host}/realms/{realm}`."""
    return oidc("keycloak", **options)


def authentik(**options: Any) -> NamedProvider:
    """Authentik. `issuer` is `https://{host}/application/o/{slug}/`."""
    return oidc("authentik", **options)
