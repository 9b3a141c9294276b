"""Tickets for uploads: an upload comes over HTTP, and its ticket proves which open page has sent it.

Reflex's own upload names its page only by the client token, which is part of the WebSocket's URL. A ticket is issued over the
page's WebSocket after that has proved its session. It is valid once, for that page and that connection, in every worker. It
contains the page's session, so that the upload of one person is never the next person's.
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
"""From the issue of the ticket until the upload begins. The upload itself may take longer."""

MAXIMUM_LENGTH = 256
"""Characters. Our tickets have about 150."""

_SPENT_AS = "upload ticket"


class TicketRefused(Exception):
    """The ticket is missing, forged, used, too old, or another page's."""


def issue(service: AuthService, client_token: str, connection: str, session: UUID) -> str:
    """A ticket for one upload over this connection of this page, for this session or for `NOBODY`."""
    expires_at = int((service.clock() + LIFETIME).timestamp())
    body = f"{connection}.{expires_at}.{secrets.token_urlsafe(16)}.{session.hex}"
    return f"{body}.{base64url(_mac(service.key_ring.signer().keys, client_token, body))}"


def redeem(service: AuthService, client_token: str, ticket: str) -> tuple[str, UUID]:
    """Spend the ticket. Returns its connection and its session. Raises `TicketRefused`. May wait for Redis."""
    body, _, mac = ticket.rpartition(".") if len(ticket) <= MAXIMUM_LENGTH else ("", "", "")
    try:
        connection, expires_at, name, session = body.split(".")
        service.key_ring.require_any(lambda keys: hmac.compare_digest(mac, base64url(_mac(keys, client_token, body))))
        if datetime.fromtimestamp(int(expires_at), service.clock().tzinfo) <= service.clock():
            raise TicketRefused
        service.dpop.spend(ProvedKey(_SPENT_AS, name))
    except (ValueError, TypeError, InvalidToken, InvalidDpopProof) as error:  # TypeError: `compare_digest` of non-ASCII text
        raise TicketRefused from error
    return connection, UUID(session)


def _mac(keys: Keys, client_token: str, body: str) -> bytes:
    return hmac.digest(keys.upload_ticket_key, f"{client_token}\0{body}".encode("utf-8", "replace"), hashlib.sha256)
