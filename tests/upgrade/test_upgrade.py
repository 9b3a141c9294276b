"""An upgrade signs nobody out: what the last release has issued and stored is good with the code of today.

The release is that of before the rooms (`released/`), at work in a process of its own.
"""

import io

import jwt
import pytest

from rxapp.auth import InvalidToken
from rxapp.auth.core.audit.csv_export import write_csv
from rxapp.auth.core.audit.events import EventFilter, EventKind
from rxapp.auth.core.maintenance.key_rotation import KeyState, describe_keys
from rxapp.auth.features.new_password.rules import log_in_by_link
from tests.api_in_process import assert_problem, bearer, refresh_body
from tests.http.api.test_dpop_routes import Device, assert_challenged
from tests.upgrade.conftest import PASSWORD, USER_NAME

LOGIN, REFRESH, ME = "/api/auth/login", "/api/token/refresh", "/api/me"
PAIRS = ("elder", "pair", "successor")
"""Of logins before and after the release had a new key, and of a rotation."""


@pytest.fixture
def refresh(client):
    return lambda pair: client.post(REFRESH, json=refresh_body(pair))


@pytest.fixture
def who_is(client):
    return lambda pair: client.get(ME, headers=bearer(pair)).json().get("userName")


def test_the_access_tokens_are_good(left_behind, who_is):
    for name in PAIRS:
        assert who_is(left_behind[name]) == USER_NAME, name


def test_the_refresh_tokens_rotate(left_behind, refresh, who_is, clock):
    clock.move(minutes=6)
    for name in PAIRS:
        rotated = refresh(left_behind[name])
        assert rotated.status_code == 200, (name, rotated.text)
        assert who_is(rotated.json()) == USER_NAME


def test_what_was_spent_before_gets_the_successor_that_the_release_gave(left_behind, refresh):
    """Its answer may have been lost while the server was replaced."""
    replayed = refresh(left_behind["spent"]).json()
    assert replayed["refreshToken"] == left_behind["successor"]["refreshToken"]


def test_what_is_spent_now_gets_the_same_successor_again(left_behind, refresh):
    successors = [refresh(left_behind["pair"]).json()["refreshToken"] for _ in range(2)]
    assert successors[0] == successors[1] != left_behind["pair"]["refreshToken"]


def test_a_thief_of_before_is_detected(left_behind, refresh, client, who_is, clock):
    assert who_is(left_behind["successor"])
    clock.move(seconds=11)
    assert_problem(refresh(left_behind["spent"]), 400, "token_reused")
    assert_problem(client.get(ME, headers=bearer(left_behind["successor"])), 401, "session_revoked")
    assert who_is(left_behind["pair"]), "another session of the same person"


def test_the_password_is_good(client, who_is):
    assert who_is(client.post(LOGIN, json={"username": USER_NAME, "password": PASSWORD}).json())


def test_a_password_link_that_was_sent_is_good_once(left_behind, client, served, who_is):
    assert served.accounts.user_of_link(left_behind["link"]).user_name == "invited"
    log_in_by_link(served, left_behind["link"], PASSWORD)
    assert who_is(client.post(LOGIN, json={"username": "invited", "password": PASSWORD}).json())
    with pytest.raises(InvalidToken):
        log_in_by_link(served, left_behind["link"], PASSWORD)


class TestASessionThatIsBoundToAKey:
    @pytest.fixture
    def device(self, client, clock, device_key):
        device = Device(client, clock)
        device.key = device_key
        return device

    def test_goes_on_with_it(self, left_behind, device):
        assert device.get_me(left_behind["bound"]).json()["userName"] == USER_NAME
        rotated = device.refresh(left_behind["bound"]).json()
        assert rotated["token_type"] == "DPoP"
        assert device.get_me(rotated).json()["userName"] == USER_NAME

    def test_is_worth_nothing_without_it_or_with_another(self, left_behind, client, clock, refresh):
        thief = Device(client, clock)
        assert_challenged(client.get(ME, headers=bearer(left_behind["bound"])))
        assert_challenged(thief.get_me(left_behind["bound"]))
        for response in (refresh(left_behind["bound"]), thief.refresh(left_behind["bound"])):
            assert_problem(response, 400, "invalid_dpop_proof")


def test_a_person_sees_the_sessions_of_before(left_behind, client):
    sessions = client.get("/api/sessions", headers=bearer(left_behind["pair"])).json()
    assert len(sessions) == 4
    assert sum(session["bound"] for session in sessions) == 1


def test_the_audit_log_tells_of_before(left_behind, served):
    told = served.administration.events(EventFilter(), limit=100)[1]
    kinds = [EventKind(event.kind) for event in reversed(told) if event.kind != EventKind.KEYS_ROTATED]
    assert kinds == [EventKind.USER_REGISTERED, *[EventKind.LOGIN] * 4, EventKind.USER_CREATED]
    assert {event.user_name for event in told if event.kind == EventKind.LOGIN} == {USER_NAME}
    assert write_csv(served.administration.each_event(EventFilter()), io.StringIO()) == len(told)


def test_the_same_key_signs_and_every_stored_one_can_be_read(left_behind, served, client):
    states = {key.kid: key.state for key in describe_keys(served.settings, served.database, served.clock)}
    assert KeyState.UNREADABLE not in states.values()
    pair = client.post(LOGIN, json={"username": USER_NAME, "password": PASSWORD}).json()
    before, now = (jwt.get_unverified_header(each["token"])["kid"] for each in (left_behind["pair"], pair))
    assert states[before] == KeyState.CURRENT
    assert now == before
