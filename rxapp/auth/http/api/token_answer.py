"""The answer that hands a token pair to its holder: after a login, a refresh, and where a session was replaced."""

from typing import Any

from fastapi.responses import JSONResponse

from rxapp.auth.core.tokens.token_pair import TokenPair
from rxapp.auth.http.middleware.problems import nonce_headers


def token_answer(pair: TokenPair, *, is_bound: bool, **members: Any) -> JSONResponse:
    """200 with the pair and `members`; for a pair that is bound to a key also its type and the nonce for the next proof."""
    body = members | {"token": pair.access_token, "refreshToken": pair.refresh_token}
    headers = {"Cache-Control": "no-store"}  # RFC 6749 §5.1: an answer with tokens in it is never cached
    if not is_bound:
        return JSONResponse(body, headers=headers)
    return JSONResponse(body | {"token_type": "DPoP"}, headers=headers | nonce_headers())
