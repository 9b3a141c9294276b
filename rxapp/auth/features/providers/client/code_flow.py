"""The authorization code flow with PKCE, from our side: the address to which somebody is sent, and what their code is worth."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from weakref import WeakKeyDictionary

from rxapp.auth.core.clock import Clock
from rxapp.auth.core.login.provider_errors import ProviderLoginCancelled
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.providers.client import github
from rxapp.auth.features.providers.client.id_token import TokenRefused, client_assertion, verify_id_token, verify_logout_token
from rxapp.auth.features.providers.client.outgoing import Outgoing, ProviderFault, ProviderRefusal
from rxapp.auth.features.providers.client.published import Metadata, Published
from rxapp.auth.features.providers.rules.profile import Profile, profile_from
from rxapp.auth.features.providers.rules.provider import Provider, callback_of
from rxapp.auth.features.providers.rules.transactions import Purpose, Transaction

BASIC, POST, PRIVATE_KEY = "client_secret_basic", "client_secret_post", "private_key_jwt"

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_NAMES, _ADDRESS = {"name", "preferred_username", "nickname"}, {"email", "email_verified"}
_ON_AN_ADDRESS = {"email_verified", "xms_edov", "hd"}
_CANCELLED = {"access_denied", "login_required", "consent_required", "interaction_required"}


class ProviderClient:
    """This app as a client of one provider. It belongs to one event loop."""

    def __init__(self, provider: Provider, callback: str, clock: Clock) -> None:
        self.provider = provider
        self._callback = callback
        self._clock = clock
        self.outgoing = Outgoing(provider)
        self.published = Published(provider, self.outgoing, clock)

    async def authorization_url(self, transaction: Transaction) -> str:
        """Where the person is sent. Raises `ProviderFault`."""
        asked = {
            "response_type": "code",
            "client_id": self.provider.options.client_id,
            "redirect_uri": self._callback,
            "scope": " ".join(self.provider.scopes),
            "state": transaction.state,
            "code_challenge": transaction.code_challenge,
            "code_challenge_method": "S256",
        }
        if self.provider.has_discovery:
            asked["nonce"] = transaction.nonce
        if transaction.purpose == Purpose.CONFIRM:
            asked |= {"prompt": "login", "max_age": "0"} if self.provider.says_when else {"prompt": "select_account"}
        url = (await self._metadata()).authorization_endpoint
        self.outgoing.require_secure(url)
        return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(asked, quote_via=quote)}"

    async def profile(self, transaction: Transaction, answer: Mapping[str, str]) -> Profile:
        """Who has logged in there. `answer` is the query of the callback.

        Raises `ProviderLoginCancelled`, `TokenRefused` or `ProviderFault`.
        """
        metadata = await self._metadata()
        issuer = answer.get("iss")  # RFC 9207: otherwise one provider could hand us the code of another
        if (issuer is None and metadata.names_issuer) or (issuer is not None and not self.provider.issues(issuer)):
            raise TokenRefused("iss of the answer")
        if "error" in answer:
            if answer["error"] in _CANCELLED:
                raise ProviderLoginCancelled
            raise TokenRefused(f"the provider says {answer['error'][:64]!r}")
        if not answer.get("code"):
            raise TokenRefused("no code")
        tokens = await self._exchange(metadata, answer["code"], transaction.code_verifier)
        access_token = _text(tokens, "access_token")
        if not self.provider.has_discovery:
            return profile_from(self.provider, await github.claims_of(self.provider, self.outgoing, access_token))
        facts = {"nonce": transaction.nonce, "access_token": access_token}
        claims = await verify_id_token(self.provider, self.published, _text(tokens, "id_token"), self._clock(), **facts)
        return profile_from(self.provider, await self._with_userinfo(metadata, claims, access_token))

    async def logout_claims(self, token: str) -> dict[str, Any]:
        """The claims of a logout token. Raises `TokenRefused` or `ProviderFault`."""
        return await verify_logout_token(self.provider, self.published, token, self._clock())

    async def _metadata(self) -> Metadata:
        if self.provider.has_discovery:
            return await self.published.metadata()
        return github.metadata_of(self.provider)

    async def _exchange(self, metadata: Metadata, code: str, verifier: str) -> Mapping[str, Any]:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._callback, "code_verifier": verifier}
        more, headers = self._credentials(metadata)
        try:
            tokens = await self.outgoing.post(metadata.token_endpoint, form | more, headers)
        except ProviderRefusal as refusal:
            if refusal.error in ("invalid_client", "unauthorized_client"):
                raise ProviderFault("it does not accept this app's own credentials") from refusal
            raise TokenRefused(f"the code was refused ({refusal.error!r})") from refusal
        if not isinstance(tokens, dict) or "error" in tokens:  # GitHub says an error with the status 200
            raise TokenRefused("the code was refused")
        return tokens

    def _credentials(self, metadata: Metadata) -> tuple[dict[str, str], dict[str, str]]:
        """What shows that this app asks: members of the form, and headers."""
        options = self.provider.options
        client_id, secret = options.client_id, options.client_secret.get_secret_value()
        way = options.client_authentication or self._usual_way(metadata)
        if way == BASIC:  # RFC 6749 §2.3.1: both are encoded as in a form before
            pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
            return {}, {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        if way == PRIVATE_KEY:
            assertion = client_assertion(self.provider, self._clock())
            return {"client_id": client_id, "client_assertion_type": _ASSERTION, "client_assertion": assertion}, {}
        return {"client_id": client_id} | ({"client_secret": secret} if way == POST else {}), {}

    def _usual_way(self, metadata: Metadata) -> str:
        if self.provider.options.client_key.get_secret_value():
            return PRIVATE_KEY
        known = metadata.client_authentications
        return POST if POST in known and BASIC not in known else BASIC

    async def _with_userinfo(self, metadata: Metadata, claims: dict[str, Any], access_token: str) -> dict[str, Any]:
        """The claims, and those on the person that the ID token leaves out (OpenID Connect Core §5.3).

        An address and whether it is verified come from one of them: a word on one address says nothing of another.
        """
        options = self.provider.options
        groups = {options.groups_claim, options.groups_claim.partition(".")[0]} if options.roles else set()
        if not metadata.userinfo_endpoint or not access_token or _holds(claims, groups):
            return claims
        said = await self.outgoing.get(metadata.userinfo_endpoint, {"Authorization": f"Bearer {access_token}"})
        if not isinstance(said, dict) or said.get("sub") != claims.get("sub"):
            raise TokenRefused("sub of the user information")
        if "email" not in claims:
            claims = {name: value for name, value in claims.items() if name not in _ON_AN_ADDRESS}
        wanted = {*_NAMES, *groups} | (_ADDRESS if "email" not in claims else set())
        return {name: said[name] for name in wanted & said.keys()} | claims


def _holds(claims: Mapping[str, Any], groups: set[str]) -> bool:
    return {"email", "name"} <= claims.keys() and (not groups or not groups.isdisjoint(claims))


_clients_of: WeakKeyDictionary[AuthService, dict[str, ProviderClient]] = WeakKeyDictionary()


def client_of(service: AuthService, provider: Provider) -> ProviderClient:
    """The client for that provider. Call it on the event loop only."""
    clients = _clients_of.setdefault(service, {})
    if provider.name not in clients:
        clients[provider.name] = ProviderClient(provider, callback_of(service.settings, provider.name), service.clock)
    return clients[provider.name]


async def close_clients(service: AuthService) -> None:
    """Close the connections to all providers."""
    for client in _clients_of.pop(service, {}).values():
        await client.outgoing.close()


def _text(tokens: Mapping[str, Any], name: str) -> str:
    value = tokens.get(name, "")
    return value if isinstance(value, str) else ""
