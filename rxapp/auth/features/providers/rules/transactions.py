"""A login at a provider, from the click to the session. Nothing is stored meanwhile: the browser carries sealed facts.

1. The click makes a `Transaction`. It is bound to the key that the page's browser has proved. It goes to the start route in the
   URL, where it is good once, and from there into a cookie, which no script can read.
2. The callback finds the cookie by `state`. So whoever makes somebody open a callback address gets nowhere.
3. What the provider says goes to the page as a `Ticket`, in the fragment. It is good once, for five minutes, and for the browser
   with the same key.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from rxapp.auth.core.errors import OtherDevice
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.identity.proved_key import base64url
from rxapp.auth.core.keys.encryption import unwrap, wrap
from rxapp.auth.core.login.provider_errors import ProviderLoginEnded
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.providers.rules.profile import Profile
from rxapp.auth.features.providers.rules.provider import LIFETIMES, Step, providers_of

MAXIMUM_NEXT_LENGTH = 512
"""Bytes. All cookies together must fit into a header. Whoever wanted to go further goes to the home page."""

MAXIMUM_SEALED_LENGTH = 8_192
_PURPOSE = b"rxapp provider login"


class Purpose(StrEnum):
    """What the person wants: to log in, to link the account at the provider to their own, or to confirm who they are."""

    LOGIN = "login"
    LINK = "link"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Transaction:
    """A login at a provider that has begun.

    `state` names it, and `seed` makes its secrets. `session_id` is that of a person who is logged in. `page` is the address to
    which they come back, and `next` the path where they go then. `device_key` is the thumbprint of their browser's key, or empty.
    `begun_at` is in seconds since 1970.
    """

    provider: str
    purpose: Purpose
    page: str
    next: str = ""
    session_id: str = ""
    device_key: str = ""
    begun_at: int = 0
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    seed: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def nonce(self) -> str:
        """Comes back in the ID token, which is so known to be for this transaction."""
        return self._secret("nonce")

    @property
    def code_verifier(self) -> str:
        """Of PKCE (RFC 7636): whoever has seen the code alone cannot use it."""
        return self._secret("code verifier")

    @property
    def code_challenge(self) -> str:
        """What the provider is told of it (S256)."""
        return base64url(hashlib.sha256(self.code_verifier.encode()).digest())

    def _secret(self, what: str) -> str:
        return base64url(hmac.digest(self.seed.encode(), what.encode(), hashlib.sha256))


@dataclass(frozen=True, slots=True)
class Ticket:
    """What came of a transaction. `id` makes it good once. At `heard_at` the provider has said it."""

    transaction: Transaction
    profile: Profile
    heard_at: datetime
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))


def seal(service: AuthService, step: Step, facts: Transaction | Ticket) -> str:
    """The facts as a text that only this app can make and read, for one step."""
    body = json.dumps(
        {"at": int(service.clock().timestamp()), **asdict(facts)}, ensure_ascii=False, separators=(",", ":"), default=_as_text
    )
    return base64url(wrap(body.encode(), step, service.settings.secret_keys[0], _PURPOSE))


def open_transaction(service: AuthService, step: Step, text: str) -> Transaction:
    """What `seal` has sealed for this step, not too long ago. Raises `ProviderLoginEnded`."""
    return _transaction(_open(service, step, text))


def open_ticket(service: AuthService, text: str, client: Client) -> Ticket:
    """The ticket, if it is for the browser of `client`. It is not spent. Raises `ProviderLoginEnded` or `OtherDevice`."""
    facts = _open(service, Step.TICKET, text)
    transaction, profile = _transaction(facts["transaction"]), facts["profile"]
    _require_browser(transaction, client)
    moment = profile["authenticated_at"]
    profile |= {"authenticated_at": datetime.fromisoformat(moment) if moment else None, "roles": tuple(profile["roles"])}
    return Ticket(transaction, Profile(**profile), datetime.fromisoformat(facts["heard_at"]), facts["id"])


def spend(service: AuthService, step: Step, name: str) -> None:
    """Mark as used, for this step. Raises `ProviderLoginEnded` if it was used before, and `SpentProofsUnavailable`."""
    if not providers_of(service).spent[step].spend_name(f"provider {step} {name}"):
        raise ProviderLoginEnded


def key_of(client: Client) -> str:
    """The thumbprint of the client's key, or an empty text."""
    return client.device_key.thumbprint if client.device_key else ""


def _require_browser(transaction: Transaction, client: Client) -> None:
    """A ticket to log in is good only in the browser that has begun: whoever gets another to use theirs logs it in as themself.

    The others are bound to a session too, and that to its key.
    """
    begun, here = transaction.device_key, key_of(client)
    if begun != here and (begun or transaction.purpose == Purpose.LOGIN):
        raise OtherDevice


def _open(service: AuthService, step: Step, text: str) -> dict[str, Any]:
    try:
        if len(text) > MAXIMUM_SEALED_LENGTH:
            raise ProviderLoginEnded
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProviderLoginEnded from error
    body = unwrap(raw, step, service.settings.secret_keys, _PURPOSE)
    if body is None:
        raise ProviderLoginEnded
    facts: dict[str, Any] = json.loads(body)
    made_at = datetime.fromtimestamp(facts.pop("at"), UTC)
    is_old = service.clock() - made_at > LIFETIMES[step]
    # A restart forgets what was used before it.
    if is_old or made_at.timestamp() < providers_of(service).spent[step].remembers_since:
        raise ProviderLoginEnded
    return facts


def _transaction(facts: dict[str, Any]) -> Transaction:
    facts["purpose"] = Purpose(facts["purpose"])
    return Transaction(**facts)


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
