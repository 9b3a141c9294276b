"""What is this machine itself."""

import pytest

from rxapp.auth.core.settings.loopback import is_loopback


@pytest.mark.parametrize("host", ["localhost", "LocalHost", "localhost.", "app.localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_names_and_addresses_of_this_machine(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["", "localhost.evil.example", "evillocalhost", "127.0.0.1.evil.example", "192.168.1.1", "0.0.0.0", "::", "example.com"],
)
def test_everything_else_is_somewhere_else(host):
    assert not is_loopback(host)
