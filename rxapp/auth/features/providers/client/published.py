"""What a provider of OpenID Connect publishes: the addresses of its parts, and its keys. Both are kept for a while.

While a provider is down, what was published before is used, so that one that comes back at once disturbs nobody.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from rxapp.auth.core.clock import Clock
from rxapp.auth.features.providers.client.outgoing import Outgoing, ProviderFault
from rxapp.auth.features.providers.rules.provider import Provider

T = TypeVar("T")

FRESH_FOR = timedelta(hours=1)
KEPT_FOR = timedelta(days=1)
"""How long what was published is used without asking again, and how long if the provider does not answer."""

PAUSE = timedelta(seconds=10)
"""After a failure nobody asks again for so long: otherwise each click would wait for a server that is down."""

NEW_KEYS_A_MINUTE = 5
"""Anybody can send a token with the name of a key that there is not. So often the keys are fetched because of that."""

_MAXIMUM_KEYS = 50
_DISCOVERY = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Metadata:
    """The addresses of the parts, and how the provider wants to be asked (OpenID Connect Discovery §3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    client_authentications: tuple[str, ...]
    code_challenges: tuple[str, ...]
    names_issuer: bool
    """Whether each of its answers has `iss` (RFC 9207)."""


class _Kept(Generic[T]):
    """One thing that a provider publishes."""

    def __init__(self, fetch: Callable[[], Awaitable[T]], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._value: T | None = None
        self._fetched_at: datetime | None = None
        self._failed_at: datetime | None = None
        self._why = ""
        self._turn = asyncio.Lock()

    async def get(self, *, newer_than: datetime | None = None) -> T:
        """The thing, fetched again if it is too old, or not `newer_than` that. Raises `ProviderFault`."""
        if (known := self._known(FRESH_FOR, newer_than)) is not None:
            return known
        async with self._turn:
            if (known := self._known(FRESH_FOR, newer_than)) is not None:
                return known
            if self._failed_at is None or self._clock() - self._failed_at >= PAUSE:
                try:
                    self._value, self._fetched_at, self._failed_at = await self._fetch(), self._clock(), None
                except ProviderFault as fault:
                    self._failed_at, self._why = self._clock(), fault.why
                else:
                    return self._value
            if (known := self._known(KEPT_FOR, None)) is not None:
                return known
            raise ProviderFault(self._why)

    def _known(self, age: timedelta, newer_than: datetime | None) -> T | None:
        if self._value is None or self._fetched_at is None or (newer_than is not None and self._fetched_at <= newer_than):
            return None
        return self._value if timedelta(0) <= self._clock() - self._fetched_at < age else None

    @property
    def fetched_at(self) -> datetime | None:
        return self._fetched_at


class Published:
    """What one provider publishes. It belongs to one event loop."""

    def __init__(self, provider: Provider, outgoing: Outgoing, clock: Clock) -> None:
        self._provider = provider
        self._outgoing = outgoing
        self._clock = clock
        self._metadata = _Kept(self._fetch_metadata, clock)
        self._keys = _Kept(self._fetch_keys, clock)
        self._fetched_for_new: deque[datetime] = deque(maxlen=NEW_KEYS_A_MINUTE)

    async def metadata(self) -> Metadata:
        """Raises `ProviderFault`."""
        return await self._metadata.get()

    async def keys(self, kid: str | None) -> list[dict[str, Any]]:
        """Its public keys. If none has that id, they are fetched again, because it may be new. Raises `ProviderFault`."""
        known = await self._keys.get()
        if kid is None or any(key.get("kid") == kid for key in known) or not self._may_fetch_for_new():
            return known
        return await self._keys.get(newer_than=self._keys.fetched_at)

    def _may_fetch_for_new(self) -> bool:
        now = self._clock()
        if len(self._fetched_for_new) == NEW_KEYS_A_MINUTE and now - self._fetched_for_new[0] < timedelta(minutes=1):
            return False
        self._fetched_for_new.append(now)
        return True

    async def _fetch_metadata(self) -> Metadata:
        found = await self._outgoing.get(self._provider.issuer.rstrip("/") + _DISCOVERY)
        if not isinstance(found, dict):
            raise ProviderFault("the discovery document is no object")
        addresses = {name: found.get(name, "") for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
        if not all(isinstance(address, str) and address for address in addresses.values()):
            raise ProviderFault("the discovery document lacks an address")
        if found.get("issuer") != self._provider.issuer and not self._provider.has_many_tenants:
            raise ProviderFault(f"the issuer calls itself {str(found.get('issuer'))[:255]!r}: set ISSUER to exactly that")
        userinfo = found.get("userinfo_endpoint")
        return Metadata(
            issuer=self._provider.issuer,
            **addresses,
            userinfo_endpoint=userinfo if isinstance(userinfo, str) else "",
            client_authentications=_texts(found.get("token_endpoint_auth_methods_supported")),
            code_challenges=_texts(found.get("code_challenge_methods_supported")),
            names_issuer=found.get("authorization_response_iss_parameter_supported") is True,
        )

    async def _fetch_keys(self) -> list[dict[str, Any]]:
        found = await self._outgoing.get((await self.metadata()).jwks_uri)
        keys = found.get("keys") if isinstance(found, dict) else None
        if not isinstance(keys, list):
            raise ProviderFault("the set of keys has no keys")
        return [key for key in keys if isinstance(key, dict) and _verifies(key)][:_MAXIMUM_KEYS]


def _verifies(key: dict[str, Any]) -> bool:
    operations = key.get("key_ops", ["verify"])
    is_for_it = key.get("use", "sig") == "sig" and isinstance(operations, list) and "verify" in operations
    return is_for_it and key.get("kty") != "oct"


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
