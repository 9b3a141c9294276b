"""Client tokens: what the token of a page looks like. That one page has each is `reflex_internals/connections.py`'s care."""

import re
from urllib.parse import parse_qs

_CLIENT_TOKEN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""As Reflex's pages make them. Under other names an app may keep what many pages share."""


def is_client_token(token: str) -> bool:
    """Whether it could be a page's."""
    return _CLIENT_TOKEN.fullmatch(token) is not None


def names_a_page(query: str) -> bool:
    """Whether the query of a handshake names one."""
    (token, *_) = parse_qs(query).get("token", [""])
    return is_client_token(token)
