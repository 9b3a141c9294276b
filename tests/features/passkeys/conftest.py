"""A person who has a passkey."""

import pytest

from tests.authenticator import add_passkey


@pytest.fixture
def identity(service, pair):
    """Who johndoe was before they had a passkey."""
    return service.verify_access(pair.access_token)


@pytest.fixture
def phone(service, identity, clock):
    """It is older than what is added later."""
    made = add_passkey(service, identity)
    clock.move(seconds=1)
    return made
