"""A person who has enrolled an app that makes one-time codes."""

import pytest

from tests.one_time_codes import enrol


@pytest.fixture
def identity(service, pair):
    """Who johndoe was before they had a second factor."""
    return service.verify_access(pair.access_token)


@pytest.fixture
def enrolled(service, identity, clock):
    """The code with which they enrolled is used; a minute later there is another."""
    made = enrol(service, identity, clock)
    clock.move(minutes=1)
    return made
