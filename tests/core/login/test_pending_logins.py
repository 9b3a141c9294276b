"""What a client holds between two stages: nobody else can make one, or change one."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxapp.auth.core.login.pending_logins import MAXIMUM_LENGTH, PREFIX, PendingLogin, PendingLoginEnded, PendingLogins
from rxapp.auth.core.login.stages import LoginAttempt
from tests.clock import MovableClock
from tests.keys import ring_of


@pytest.fixture
def user(johndoe):
    return johndoe


def issued(user, key="k"):
    pending, attempt = PendingLogins(ring_of(key * 40), MovableClock()), LoginAttempt(user, ("pwd",), owed=("code", "late"))
    return pending.issue(attempt, "code", "t" * 43, MovableClock()())[0]


def verify(token, user, key="k"):
    return PendingLogins(ring_of(key * 40), MovableClock()).verify(*PendingLogin.parse(token), user)


def test_it_says_whose_login_it_is_at_which_stage_and_by_which_proofs(user):
    pending, *_ = PendingLogin.parse(issued(user))
    assert (pending.user_id, pending.stage, pending.amr, pending.device_key) == (user.id, "code", ("pwd",), "t" * 43)
    assert verify(issued(user), user) is user


def test_without_the_server_key_nobody_makes_one(user):
    with pytest.raises(PendingLoginEnded):
        verify(issued(user, "x"), user)


def test_without_the_users_row_nobody_makes_one(user):
    token = issued(user)
    for column in ("password_hash", "link_nonce"):
        other = user.model_copy(update={column: "another"})
        with pytest.raises(PendingLoginEnded):
            verify(token, other)


def test_any_change_of_a_byte_is_seen(user):
    token = issued(user)
    raw = base64.urlsafe_b64decode(token.removeprefix(PREFIX) + "==")
    for place in range(len(raw)):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        with pytest.raises(PendingLoginEnded):
            verify(PREFIX + base64.urlsafe_b64encode(changed).decode().rstrip("="), user)


@given(
    st.text(max_size=80) | st.binary(max_size=200).map(lambda raw: PREFIX + base64.urlsafe_b64encode(raw).decode().rstrip("="))
)
def test_whatever_else_is_sent_is_refused_in_the_same_words(text):
    with pytest.raises(PendingLoginEnded):
        PendingLogin.parse(text)


def test_what_is_too_long_is_not_even_decoded():
    with pytest.raises(PendingLoginEnded):
        PendingLogin.parse(PREFIX + "A" * MAXIMUM_LENGTH)


@pytest.mark.parametrize("odd", [1, True, None, [], {}, "x"])
@pytest.mark.parametrize("name", ["sub", "stage", "amr", "jkt", "exp", "iat", "owed"])
def test_facts_of_another_kind_are_refused(user, name, odd):
    _, body, _ = PendingLogin.parse(issued(user))
    raw = json.dumps(json.loads(body) | {name: odd}).encode() + bytes(32)
    with pytest.raises(PendingLoginEnded):
        verify(PREFIX + base64.urlsafe_b64encode(raw).decode().rstrip("="), user)
