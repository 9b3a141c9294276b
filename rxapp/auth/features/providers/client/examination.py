"""Asks a provider for what it publishes, as a login does, for the operator."""

from dataclasses import dataclass

from rxapp.auth.core.clock import Clock
from rxapp.auth.features.providers.client.code_flow import ProviderClient
from rxapp.auth.features.providers.client.id_token import TokenRefused, client_assertion
from rxapp.auth.features.providers.client.outgoing import ProviderFault
from rxapp.auth.features.providers.rules.provider import Provider

S256 = "S256"


@dataclass(frozen=True, slots=True)
class Examination:
    """`fault` says why nobody can log in by it, and `doubts` what may be wrong. Both say no secret."""

    fault: str = ""
    doubts: tuple[str, ...] = ()


async def examine(provider: Provider, callback: str, clock: Clock) -> Examination:
    """Whether the provider answers, has keys, and can do what we ask for."""
    client = ProviderClient(provider, callback, clock)
    try:
        if provider.options.client_key.get_secret_value():
            client_assertion(provider, clock())
        if not provider.has_discovery:
            return Examination()
        metadata, keys = await client.published.metadata(), await client.published.keys(None)
    except (ProviderFault, TokenRefused) as error:
        return Examination(error.why)
    finally:
        await client.outgoing.close()
    doubts = []
    if not keys:
        return Examination("it publishes no key that signs")
    if metadata.code_challenges and S256 not in metadata.code_challenges:
        doubts.append("it does not say that it knows PKCE with S256")
    way = provider.options.client_authentication
    if way and metadata.client_authentications and way not in metadata.client_authentications:
        doubts.append(f"it does not say that it knows {way}")
    return Examination(doubts=tuple(doubts))
