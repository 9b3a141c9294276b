"""Removes secrets from text before it is logged. This is the last line of defence, because our own code logs no secrets."""

import re
from re import Match

REDACTED = "[redacted]"

_FLAGS = re.IGNORECASE | re.ASCII

_TOKEN = r"rx[a-z]\d_[\w-]{8,}"
"""Refresh tokens, pending logins, the tokens of set-password links, and later kinds with such a prefix."""

_PASSWORD_HASH = r"\$argon2\w*\$[\w$=,+/.-]+"

_CREDENTIALS = r"\b(?:bearer|basic|dpop)\s+(?=[\w.~+/-]{6})[\w.~+/=-]+"
"""An Authorization header (RFC 9110 §11.4), with any kind of token."""

_USER_INFO = r"(?<=://)[^\s/@'\"]+@"
"""User and password in the address of a database or of Redis."""

_QUERY = r"(?<=\?)[^\s'\"<>=?]*=[^\s'\"<>]*"
"""A query string. The address of a page's WebSocket has the client token in its query string."""

_COOKIES = r"(?P<header>\b(?:set-)?cookie:\s)[^\n]+"

_SECRET_NAMES = r"password|passwd|secret|token|authorization|cookie|jwt|salt|(?:api|private|signing)[_-]?key"
_NAME = rf"(?:{_SECRET_NAMES})(?:[_-]?(?:key|token|value|hash)){{0,2}}['\"]?\s*(?:[:=]\s*|,\s*(?=b?['\"]))"
_VALUE = r"(?:(?:bearer|basic|dpop)\s+)?(?:b?\"(?:\\.|[^\"\\])*\"?|b?'(?:\\.|[^'\\])*'?|[^\s,;&})\]]+)"
_NAMED = rf"(?P<name>{_NAME}){_VALUE}"
"""A member, a keyword argument, a header or a form field whose name says that its value is a secret."""

_SECRET = re.compile(f"{_PASSWORD_HASH}|{_TOKEN}|{_USER_INFO}|{_QUERY}|{_COOKIES}|{_CREDENTIALS}|{_NAMED}", _FLAGS)

_MAY_HOLD_SECRET = re.compile(rf"rx[a-z]\d_|eyJ|\$argon2|://|\?|bearer|basic|dpop|{_SECRET_NAMES}", _FLAGS)
"""Every secret contains one of these. Most lines contain none, so one search is enough for them."""

_RUN = re.compile(r"[\w.-]{20,}", re.ASCII)
"""Text that could be a compact JWS or JWE. Only such runs are searched for JWTs, so hostile text cannot make the search slow."""

_JWT_HEADER = "eyJ"
"""`{"` in base64url. A JWT begins with a JSON object (RFC 7515 §3.1)."""


def redact(text: str) -> str:
    """`text` without anything that looks like a token, a password, credentials, cookies or a query string. Takes linear time."""
    if not _MAY_HOLD_SECRET.search(text):
        return text
    return _RUN.sub(_without_jwt, _SECRET.sub(_without_value, text))


def _without_value(found: Match[str]) -> str:
    return f"{found['name'] or found['header'] or ''}{REDACTED}"


def _without_jwt(found: Match[str]) -> str:
    before, header, rest = found[0].partition(_JWT_HEADER)
    return f"{before}{REDACTED}" if header and "." in rest else found[0]
