"""Tickets for uploads: an upload comes over HTTP, and shows by its ticket which open page has sent it.

Reflex's own upload names its page by the client token alone, which stands in the WebSocket's URL. A ticket is handed out over the
page's WebSocket once that has shown whose it is. It is good once, for that page and that connection, in every worker. It names
the session whose page it is: what one person uploads is not the next one's.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from rxapp.auth.core.errors import InvalidDpopProof, InvalidToken
from rxapp.auth.core.identity.proved_key import ProvedKey, base64url
from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.service import AuthService

LIFETIME = timedelta(seconds=60)
"""From when it is handed out until the upload begins. How long that then takes does not matter."""

MAXIMUM_LENGTH = 256
"""Characters; ours have about 150."""

_SPENT_AS = "upload ticket"


class TicketRefused(Exception):
    """The ticket is missing, forged, another page's, used or too old."""


def issue(service: AuthService, client_token: str, connection: str, session: UUID) -> str:
    """A ticket for one upload by this connection of this page, for that session or for `NOBODY`."""
    expires_at = int((service.clock() + LIFETIME).timestamp())
    body = f"{connection}.{expires_at}.{secrets.token_urlsafe(16)}.{session.hex}"
    return f"{body}.{base64url(_mac(service.key_ring.signer().keys, client_token, body))}"


def redeem(service: AuthService, client_token: str, ticket: str) -> tuple[str, UUID]:
    """Use it up; returns to which connection it was handed out, and for which session. Raises `TicketRefused`.

    May wait for Redis.
    """
    body, _, mac = ticket.rpartition(".") if len(ticket) <= MAXIMUM_LENGTH else ("", "", "")
    try:
        connection, expires_at, name, session = body.split(".")
        service.key_ring.require_any(lambda keys: hmac.compare_digest(mac, base64url(_mac(keys, client_token, body))))
        if datetime.fromtimestamp(int(expires_at), service.clock().tzinfo) <= service.clock():
            raise TicketRefused
        service.dpop.spend(ProvedKey(_SPENT_AS, name))
    except (ValueError, TypeError, InvalidToken, InvalidDpopProof) as error:  # TypeError: a text that is not ASCII is compared
        raise TicketRefused from error
    return connection, UUID(session)


def _mac(keys: Keys, client_token: str, body: str) -> bytes:
    return hmac.digest(keys.upload_ticket_key, f"{client_token}\0{body}".encode("utf-8", "replace"), hashlib.sha256)
