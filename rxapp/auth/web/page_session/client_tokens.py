"""Client tokens: what the token of a page looks like. `reflex_internals/connections.py` gives each token to one page only."""

import re
from urllib.parse import parse_qs

_CLIENT_TOKEN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""The form that Reflex's pages use, a UUID. An app may keep state that many pages share under other names."""


def is_client_token(token: str) -> bool:
    """Whether it has the form of a page's token."""
    return _CLIENT_TOKEN.fullmatch(token) is not None


def names_a_page(query: str) -> bool:
    """Whether the query of a handshake has the token of a page."""
    (token, *_) = parse_qs(query).get("token", [""])
    return is_client_token(token)
