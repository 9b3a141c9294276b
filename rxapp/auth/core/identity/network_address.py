"""Reads the address of a client from what proxies write, and says to which network it belongs. Limits count by these."""

from ipaddress import IPv4Address, IPv6Network, ip_address

IPV6_NETWORK_BITS = 64
"""A household has at least a /64 (RFC 6177 §2) and may use any address in it."""


def address_in(text: str) -> str:
    """The address in a node of RFC 7239 §6, in canonical form, without the port, which changes. IPv4 in IPv6 becomes IPv4.

    A node is `192.0.2.7`, `192.0.2.7:4711`, `2001:db8::7`, `[2001:db8::7]` or `[2001:db8::7]:4711`, perhaps in quotes. Returns an
    empty string for anything else: `unknown`, a made-up name such as `_proxy`, or no address at all.
    """
    node = text.strip().strip('"')
    if node.startswith("["):
        host = node[1:].partition("]")[0]
    elif node.count(":") == 1:
        host = node.partition(":")[0]
    else:
        host = node
    try:
        parsed = ip_address(host.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def network_of(address: str) -> str:
    """The part of an address that a household cannot change: an IPv4 address or an IPv6 /64. Any other text stays as it is."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Network((int(parsed), IPV6_NETWORK_BITS), strict=False))
