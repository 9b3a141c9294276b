"""Reads the address of a client from what proxies write. Limits count by it, so a port that changes must not be a part of it."""

from ipaddress import ip_address


def address_in(text: str) -> str:
    """The address in a node of RFC 7239 §6, in canonical form. IPv4 that is written as IPv6 becomes IPv4.

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
