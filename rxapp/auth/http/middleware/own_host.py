"""In development a server that only this machine can reach answers to the names of this machine alone.

Threat: DNS rebinding. A website that is open in the developer's browser lets its own name lead to this machine. Then it is of
the same origin as our server, and could log in with the passwords of the demo data. In production passwords are secret, and the
origin of a WebSocket is checked against the addresses that the settings name.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.types import Scope

from rxapp.auth.core.settings.loopback import LOOPBACK_NAME, is_loopback
from rxapp.auth.core.settings.settings import Settings

_WHAT_TO_DO = (
    "This is a development server on the developer's own machine, and the Host header names another one. "
    "Set RXAPP_PUBLIC_ORIGINS to the address that is meant."
)


def host_check(settings: Settings) -> Callable[[Scope], str]:
    """What is wrong with the host of a request or handshake, in a sentence; empty if nothing is."""
    named = {urlsplit(origin).hostname for origin in (*settings.public_origins, *settings.allowed_origins)}

    def fault(scope: Scope) -> str:
        if not _is_of_this_machine(scope.get("server")):
            return ""
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        name = _host_name(host.decode("latin-1"))
        return "" if not name or is_loopback(name) or name in named else _WHAT_TO_DO

    return (lambda _scope: "") if settings.in_production else fault


def _is_of_this_machine(server: tuple[str, int | None] | None) -> bool:
    """Whether the request came to a loopback address: not to a container, nor to an address that the network can reach.

    Servers give an address. A name is that of a client within the same process, as in tests.
    """
    return server is not None and server[0] != LOOPBACK_NAME and is_loopback(server[0] or "")


def _host_name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return host
