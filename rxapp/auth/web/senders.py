"""Where an event or a request comes from, for the audit log and for a person's list of sessions."""

from typing import Annotated

import reflex as rx
from fastapi import Depends, Request

from rxapp.auth.administration import Actor
from rxapp.auth.clients import Client
from rxapp.auth.device_keys import ProvedKey
from rxapp.auth.identity import Identity


def page_client(state: rx.State, device_key: ProvedKey | None = None) -> Client:
    """Who sent the event that `state` is handling. The address is the proxy's unless Reflex's `trusted_proxy_hops` says more."""
    return Client.of(state.router.session.client_ip, state.router.headers.user_agent, device_key)


def acting(identity: Identity, state: rx.State) -> Actor:
    """The administrator who does something by the event that `state` is handling."""
    return Actor(identity.user_id, page_client(state))


def request_client(request: Request, device_key: ProvedKey | None = None) -> Client:
    """Who sent an HTTP request."""
    return Client.of(request.client.host if request.client else None, request.headers.get("User-Agent"), device_key)


def _sender(request: Request) -> Client:
    return request_client(request)


Sender = Annotated[Client, Depends(_sender)]
