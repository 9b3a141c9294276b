"""The client of a request: its address and user agent, for the audit log and a person's list of sessions."""

from http import HTTPMethod
from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.identity.network_address import address_in
from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.http.middleware.spellings import METHOD_SENT
from rxapp.auth.http.runtime.service import get_service


def request_client(request: HTTPConnection, device_key: ProvedKey | None = None) -> Client:
    """The client of an HTTP request or a WebSocket's handshake."""
    return Client.of(
        address_of(request, get_service().settings.trusted_proxy_hops), request.headers.get("User-Agent"), device_key
    )


def method_of(request: HTTPConnection) -> str:
    """The request's method. A WebSocket's handshake is a GET (RFC 6455 §4.1)."""
    method: str = request.scope.get(METHOD_SENT) or request.scope.get("method", HTTPMethod.GET.value)
    return method


def address_of(request: HTTPConnection, trusted_proxy_hops: int) -> str | None:
    """The client's address, or None if the server has none. It works for a WebSocket's handshake too.

    Each proxy appends the address of its client to `X-Forwarded-For`. Only the last entries come from our own proxies. The client
    can choose all others. If our own proxy has written no address there, such as `unknown`, its own address counts.
    """
    peer = request.client.host if request.client else None
    if trusted_proxy_hops:
        forwarded = [
            entry for line in request.headers.getlist("X-Forwarded-For") for part in line.split(",") if (entry := part.strip())
        ]
        if len(forwarded) >= trusted_proxy_hops and (address := address_in(forwarded[-trusted_proxy_hops])):
            return address
    return address_in(peer or "") or peer


async def _sender(request: Request) -> Client:  # async, because FastAPI would run a plain function in a thread
    return request_client(request)


Sender = Annotated[Client, Depends(_sender)]
