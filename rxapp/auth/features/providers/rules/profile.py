"""What a provider says of a person, and what of it is believed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeGuard

from rxapp.auth.core.database.provider_tables import SUBJECT_MAXIMUM_LENGTH
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.login.provider_errors import ProviderLoginRefused
from rxapp.auth.features.providers.rules.provider import GOOGLE, MICROSOFT, Provider

_MAXIMUM_LENGTH = 254
_LATEST = 2**33
"""Seconds since 1970: in the year 2242."""

_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_VERIFIED, _TRUSTED, _IGNORED = "verified", "trusted", "ignored"


@dataclass(frozen=True, slots=True)
class Profile:
    """One account at a provider, as it is now.

    `address` is an e-mail address that we believe, or empty. `has_unverified_address`: the provider gives one and does not call
    it verified. `roles` are those that its groups give here. `has_two_factors`: the operator says that this login counts as two.
    `session` is the provider's `sid`. `authenticated_at` is when the person has proved there who they are, if it says so.
    """

    issuer: str
    subject: str
    address: str = ""
    has_unverified_address: bool = False
    user_name: str = ""
    display_name: str = ""
    roles: tuple[str, ...] = ()
    has_two_factors: bool = False
    session: str = ""
    authenticated_at: datetime | None = None


class Arrival(NamedTuple):
    """Somebody who comes from a provider. `heard_at` is when it has said who they are."""

    provider: Provider
    profile: Profile
    client: Client
    heard_at: datetime


def profile_from(provider: Provider, claims: Mapping[str, Any]) -> Profile:
    """The profile from the claims of a verified ID token, or those that stand for them. Raises `ProviderLoginRefused`."""
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not is_identifier(issuer) or not is_identifier(subject):
        raise ProviderLoginRefused
    address, is_refused = _address(provider, claims)
    moment, session = claims.get("auth_time"), claims.get("sid")
    return Profile(
        issuer,
        subject,
        address=address,
        has_unverified_address=is_refused,
        user_name=_text(claims, "preferred_username") or _text(claims, "nickname") or address.partition("@")[0],
        display_name=_text(claims, "name"),
        roles=_roles(provider, claims),
        has_two_factors=_has_two_factors(provider, claims),
        session=session if is_identifier(session) else "",
        authenticated_at=datetime.fromtimestamp(moment, UTC) if _is_moment(moment) else None,
    )


def _address(provider: Provider, claims: Mapping[str, Any]) -> tuple[str, bool]:
    """The address that is believed, and whether there is one that is not."""
    address, believes = _text(claims, "email"), provider.options.addresses or _VERIFIED
    if not _ADDRESS.fullmatch(address) or believes == _IGNORED:
        return "", False
    if believes == _TRUSTED:
        return address, False
    if provider.kind == MICROSOFT:  # an administrator of any tenant can write any address there ("nOAuth")
        return (address, False) if claims.get("xms_edov") in (True, 1, "1", "true") else ("", False)
    is_verified = claims.get("email_verified") is True or claims.get("email_verified") == "true"  # some send a text
    if provider.kind == GOOGLE and is_verified and not _is_googles(address, claims):
        return "", False
    return (address, False) if is_verified else ("", True)


def _is_googles(address: str, claims: Mapping[str, Any]) -> bool:
    """Whether Google is the authority for the address. Any other was verified once, and may be somebody else's by now."""
    return address.lower().endswith("@gmail.com") or bool(_text(claims, "hd"))


def _roles(provider: Provider, claims: Mapping[str, Any]) -> tuple[str, ...]:
    path = provider.options.groups_claim
    value: Any = claims.get(path)  # such as `https://app.example/roles`
    if value is None:
        value = claims
        for part in path.split("."):  # such as `realm_access.roles` of Keycloak
            value = value.get(part) if isinstance(value, Mapping) else None
    groups = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    mapped = dict(provider.options.roles)
    return tuple(sorted({mapped[group] for group in groups if isinstance(group, str) and group in mapped}))


def _has_two_factors(provider: Provider, claims: Mapping[str, Any]) -> bool:
    amr = claims.get("amr")
    named = {name for name in amr if isinstance(name, str)} if isinstance(amr, list) else set()
    return not named.isdisjoint(provider.options.two_factors_amr) or _text(claims, "acr") in provider.options.two_factors_acr


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.strip() if isinstance(value, str) and len(value) <= _MAXIMUM_LENGTH and _can_be_stored(value) else ""


def is_identifier(value: Any) -> TypeGuard[str]:
    """Whether it is an identifier as we store it, such as a subject."""
    return isinstance(value, str) and 0 < len(value) <= SUBJECT_MAXIMUM_LENGTH and _can_be_stored(value)


def _can_be_stored(text: str) -> bool:
    """JSON allows NUL characters and halves of characters. No database stores both."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _is_moment(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _LATEST
