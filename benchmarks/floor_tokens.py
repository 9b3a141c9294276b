"""What both floors sign and check: an access token by PyJWT, a refresh token that is a MAC. No protocol stands behind them."""

import base64
import hashlib
import hmac
import secrets
import time

import jwt

KEY = b"k" * 32
TOKEN_LIFETIME_SECONDS = 3600


def pair(session_id: bytes, generation: int) -> dict[str, str]:
    now = int(time.time())
    claims = {"iss": "floor", "aud": "floor", "sub": session_id.hex(), "sid": session_id.hex(), "gen": generation}
    claims |= {"jti": secrets.token_urlsafe(16), "name": "johndoe", "roles": ["Manager"]}
    claims |= {"iat": now, "nbf": now, "exp": now + TOKEN_LIFETIME_SECONDS}
    body = session_id + generation.to_bytes(4, "big")
    refresh_token = base64.urlsafe_b64encode(body + hmac.digest(KEY, body, hashlib.sha256)).decode()
    return {"token": jwt.encode(claims, KEY, algorithm="HS256"), "refreshToken": refresh_token}


def verify(token: str) -> dict:
    return jwt.decode(token, KEY, algorithms=["HS256"], audience="floor", issuer="floor")


def opened(refresh_token: str) -> tuple[bytes, int] | None:
    """The session's id and the generation; None if the MAC is not ours."""
    raw = base64.urlsafe_b64decode(refresh_token)
    if not hmac.compare_digest(raw[20:], hmac.digest(KEY, raw[:20], hashlib.sha256)):
        return None
    return raw[:16], int.from_bytes(raw[16:20], "big")
