"""The session page shows the session that its connection has proved, and no other."""

import pytest

from rxapp.auth.features.inspector.pages import session_page
from rxapp.auth.features.inspector.pages.session_page import InspectorState
from rxapp.auth.features.inspector.recorder import Recorder
from rxapp.auth.web.auth_state.state import AuthState
from tests.conftest import PASSWORD
from tests.web.test_events import in_a_loop, page, signed_in  # noqa: F401  fixtures


@pytest.fixture
def looked(signed_in, service, pair, clock, monkeypatch):  # noqa: F811
    """What it shows to a page whose session is verified, when the browser's storage has this access token."""
    own = service.access_tokens.identify(pair.access_token).session_id
    monkeypatch.setattr(session_page, "recorder", lambda: Recorder(clock))

    async def look(access_token=""):
        auth, inspector = await signed_in.get_state(AuthState), await signed_in.get_state(InspectorState)
        auth._page = auth._page.verified(own)
        auth.jwt = access_token or auth.jwt
        await inspector._look()
        return {fact.name: fact.value for fact in inspector.claims}

    return lambda access_token="": in_a_loop(look(access_token))


def test_ones_own(looked):
    assert looked()["name"] == "johndoe"


def test_a_copy_of_somebody_elses_token_shows_nothing_of_them(looked, service):
    service.create_user("victim", PASSWORD)
    assert looked(service.log_in("victim", PASSWORD).access_token) == {}


def test_nor_does_one_of_another_session_of_the_same_person(looked, service):
    assert looked(service.log_in("johndoe", PASSWORD).access_token) == {}
