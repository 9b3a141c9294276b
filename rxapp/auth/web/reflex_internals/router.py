"""Which page has sent an event, over which connection, and who is there."""

import reflex as rx
from reflex.istate.data import SessionData

from rxapp.auth.core.accounts.administration import Actor
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.identity.proved_key import ProvedKey


def connection_of(state: rx.State) -> SessionData:
    """`state.router.session`: which page has sent the event, and by which connection.

    Reflex puts `router` together anew each time, of five parts, and a guard asks for this one again and again.
    """
    return state.rx_router_session


def page_client(state: rx.State, device_key: ProvedKey | None = None) -> Client:
    """Who sent the event that `state` is handling. Reflex finds the address by the same rule."""
    return Client.of(connection_of(state).client_ip, state.rx_router_headers.user_agent, device_key)


def acting(identity: Identity, state: rx.State) -> Actor:
    """The administrator who does something by the event that `state` is handling."""
    return Actor(identity.user_id, page_client(state))
