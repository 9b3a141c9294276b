"""The `DPoP` header (RFC 9449), verified against its request. `problems` answers refusals, with the next nonce."""

from typing import Annotated

from fastapi import Depends, Header, Request
from starlette.requests import HTTPConnection

from rxapp.auth.core.dpop.proof import normalized
from rxapp.auth.core.errors import InvalidDpopProof
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.core.settings.own_origins import origins_of_request
from rxapp.auth.http.callers.request_source import Sender, method_of, request_client
from rxapp.auth.http.runtime.service import get_service

HEADER = "DPoP"


def proved_key(request: HTTPConnection, access_token: str | None = None) -> ProvedKey | None:
    """The key that the request's only `DPoP` header proves, or None without a header. Raises `InvalidDpopProof`."""
    proofs = request.headers.getlist(HEADER)
    if not proofs:
        return None
    if len(proofs) > 1:
        raise InvalidDpopProof
    return get_service().dpop.prove_request(proofs[0], method=method_of(request), urls=_urls(request), access_token=access_token)


def _urls(request: HTTPConnection) -> set[str]:
    """The URLs that the proof may name: the request's path at each of the app's own origins."""
    origins = origins_of_request(get_service().settings, request.headers.get("Host", ""))
    path = request.scope["raw_path"].decode("ascii", "replace") if "raw_path" in request.scope else request.url.path
    return {normalized(origin + path) for origin in origins if _is_valid_origin(origin)}


def _is_valid_origin(origin: str) -> bool:
    try:
        return bool(normalized(origin))
    except ValueError:
        return False


Proof = Annotated[
    str | None, Header(alias=HEADER, description="A proof of the client's key (RFC 9449), to bind the tokens to it")
]
"""Only for the OpenAPI document: `proved_key` reads the header, because there must be one only."""


async def proving_sender(request: Request, client: Sender, _proof: Proof = None) -> Client:
    """The client of a request for tokens, with the key that it proved. Raises `InvalidDpopProof`."""
    key = proved_key(request)
    return client if key is None else request_client(request, key)


ProvingSender = Annotated[Client, Depends(proving_sender)]
