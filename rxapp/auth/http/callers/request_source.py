"""Where a request comes from, for the audit log and for a person's list of sessions."""

from http import HTTPMethod
from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.http.runtime.service import get_service


def request_client(request: HTTPConnection, device_key: ProvedKey | None = None) -> Client:
    """Who sent an HTTP request, or a WebSocket's handshake."""
    return Client.of(
        address_of(request, get_service().settings.trusted_proxy_hops), request.headers.get("User-Agent"), device_key
    )


def method_of(request: HTTPConnection) -> str:
    """The request's method. A WebSocket's handshake is a GET (RFC 6455 §4.1)."""
    method: str = request.scope.get("method", HTTPMethod.GET.value)
    return method


def address_of(request: HTTPConnection, trusted_proxy_hops: int) -> str | None:
    """The client's address, None if the server does not know one. A WebSocket's handshake is a request too.

    Each proxy appends whom it heard: the last entries are our own proxies' word, the rest is whatever the client sent.
    """
    if trusted_proxy_hops:
        heard = [
            entry for line in request.headers.getlist("X-Forwarded-For") for part in line.split(",") if (entry := part.strip())
        ]
        if len(heard) >= trusted_proxy_hops:
            return heard[-trusted_proxy_hops]
    return request.client.host if request.client else None


async def _sender(request: Request) -> Client:  # FastAPI would call a plain function on a thread
    return request_client(request)


Sender = Annotated[Client, Depends(_sender)]
