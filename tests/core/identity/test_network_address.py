"""The forms in which proxies write an address (RFC 7239 §6), and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxapp.auth.core.identity.network_address import address_in


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("203.0.113.8", "203.0.113.8"),
        (" 203.0.113.8 ", "203.0.113.8"),
        ("203.0.113.8:40001", "203.0.113.8"),
        ("203.0.113.8:_port", "203.0.113.8"),
        ('"203.0.113.8:40001"', "203.0.113.8"),
        ("2001:db8::8", "2001:db8::8"),
        ("2001:DB8:0:0::8", "2001:db8::8"),
        ("[2001:db8::8]", "2001:db8::8"),
        ("[2001:db8::8]:40001", "2001:db8::8"),
        ('"[2001:db8::8]:40001"', "2001:db8::8"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:203.0.113.8", "203.0.113.8"),
        ("[::ffff:203.0.113.8]:40001", "203.0.113.8"),
    ],
)
def test_an_address_is_read_without_its_port_in_one_form(text, address):
    assert address_in(text) == address


@pytest.mark.parametrize(
    "text", ["", "unknown", "unknown:40001", "_hidden", "_SEVKISEK:1", "203.0.113", "[", "[]:1", ":", "a.b.c.d:1"]
)
def test_what_is_no_address_is_none(text):
    assert address_in(text) == ""


@given(st.ip_addresses(), st.integers(0, 65_535))
def test_any_address_is_the_same_with_each_port(address, port):
    with_port = f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"
    assert address_in(with_port) == address_in(str(address)) != ""


@given(st.text())
def test_any_text_is_an_address_or_none(text):
    assert address_in(address_in(text)) == address_in(text)
