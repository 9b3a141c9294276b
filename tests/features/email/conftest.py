"""A service with e-mail, and a person who has an address."""

import pytest

from rxapp.auth import Client, Settings
from rxapp.auth.core.identity.proved_key import ProvedKey
from tests.clock import MovableClock
from tests.conftest import NO_LIMITS
from tests.mailbox import confirm_address

ADDRESS = "John.Doe@example.com"
HERE = Client.of("203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", ProvedKey("h" * 43))
ELSEWHERE = Client.of("198.51.100.9", "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0", ProvedKey("e" * 43))


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings(
        _env_file=None,
        secret_key="k" * 40,
        argon2_memory_kib=8,
        argon2_time_cost=1,
        email="optional",
        email_codes=True,
        public_origins="https://app.example",
        app_name="Acme",
        **NO_LIMITS,
    )


class TickingClock(MovableClock):
    """No two messages are of the same moment, so there is a newest one."""

    def __call__(self):
        self.move(microseconds=1)
        return self.now


@pytest.fixture
def clock():
    return TickingClock()


@pytest.fixture
def identity(service, pair):
    """Who johndoe is, without an address."""
    return service.verify_access(pair.access_token)


@pytest.fixture
def john(service, identity):
    """Who johndoe is, with a confirmed address."""
    confirm_address(service, identity, ADDRESS)
    return identity
