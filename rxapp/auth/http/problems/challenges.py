"""The refusal of a caller whom nobody knows, and what its answer says of the ways to get in (RFC 9110 §11.6.1)."""

from rxapp.auth.core.dpop.proof import ALGORITHMS
from rxapp.auth.core.errors import AuthError, InvalidDpopProof


class Unauthorized(Exception):
    """The access token was refused because of `error`. `is_anonymous`: there is none, and the request names nobody."""

    def __init__(self, error: AuthError, *, is_anonymous: bool = False) -> None:
        super().__init__(error.message)
        self.error, self.is_anonymous = error, is_anonymous


_BOTH_SCHEMES = f'Bearer, DPoP algs="{ALGORITHMS}"'
"""RFC 6750 §3.1: whoever has sent no credentials is told no error. RFC 9449 §7.1: both schemes are named."""


def challenge(refused: Unauthorized) -> str:
    """The value of `WWW-Authenticate`."""
    error = refused.error
    if refused.is_anonymous:
        return _BOTH_SCHEMES
    if isinstance(error, InvalidDpopProof):  # RFC 9449 §7.1 and §9
        return f'DPoP error="{error.code}", error_description="{error.message}", algs="{ALGORITHMS}"'
    # RFC 6750 §3: to the client, every cause is `invalid_token`; our `code` says more.
    return f'Bearer error="invalid_token", error_description="{error.message}", DPoP algs="{ALGORITHMS}"'
