"""The loopback addresses. http to this machine itself is as safe as https: no network in between (W3C Secure Contexts §3.1)."""

from ipaddress import IPv4Address, ip_address
from socket import INADDR_LOOPBACK

LOOPBACK_NAME = "localhost"
"""RFC 6761 §6.3: this name and its subdomains always mean this machine."""

LOOPBACK_ADDRESS = str(IPv4Address(INADDR_LOOPBACK))
"""RFC 1122 §3.2.1.3: no other machine reaches a server that listens on this address."""


def is_loopback(host: str) -> bool:
    """Whether a URL's host (an IPv6 address without its brackets) is this machine."""
    name = host.casefold().rstrip(".")
    if name == LOOPBACK_NAME or name.endswith(f".{LOOPBACK_NAME}"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
