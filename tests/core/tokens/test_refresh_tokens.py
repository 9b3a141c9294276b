"""Refresh tokens: computed, never stored; one spelling each; forged ones are told from spent ones."""

from uuid import UUID, uuid4

import hypothesis.strategies as st
import pytest
from hypothesis import given

from rxapp.auth import InvalidToken
from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.tokens.refresh_tokens import MAXIMUM_GENERATION, PREFIX, PresentedRefreshToken, RefreshTokens
from tests.keys import ring_of

TOKENS = RefreshTokens(ring_of("k" * 40))
SALT = bytes(range(32))

sessions = st.uuids()
generations = st.integers(0, MAXIMUM_GENERATION)
salts = st.binary(min_size=32, max_size=32)


@given(sessions, generations, salts)
def test_a_token_carries_its_session_and_generation_and_verifies(session_id, generation, salt):
    presented = PresentedRefreshToken.parse(TOKENS.issue(session_id, generation, salt))
    assert (presented.session_id, presented.generation) == (session_id, generation)
    TOKENS.verify(presented, salt)


@given(sessions, generations, salts)
def test_the_same_generation_always_has_the_same_token(session_id, generation, salt):
    assert TOKENS.issue(session_id, generation, salt) == TOKENS.issue(session_id, generation, salt)


def test_a_token_of_a_release_before_is_issued_again_as_it_was():
    token = "rxr1_AAAAAAAAAAAAAAAAAAAAAQAAAAfWxSQbCGbt4pbluBz_2UG2jpEtLgpL7GwBeB7BwfUqVA"
    assert TOKENS.issue(UUID(int=1), 7, SALT) == token


@given(sessions, generations, salts, st.integers(0, 52 * 8 - 1))
def test_one_flipped_bit_anywhere_is_refused(session_id, generation, salt, bit):
    import base64

    raw = bytearray(base64.urlsafe_b64decode(TOKENS.issue(session_id, generation, salt).removeprefix(PREFIX) + "=="))
    raw[bit // 8] ^= 1 << bit % 8
    forged = PREFIX + base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
    with pytest.raises(InvalidToken):
        TOKENS.verify(PresentedRefreshToken.parse(forged), salt)


@given(sessions, generations, st.integers(min_value=0), st.characters())
def test_a_token_has_exactly_one_spelling(session_id, generation, position, replacement):
    token = TOKENS.issue(session_id, generation, SALT)
    position %= len(token)
    other = token[:position] + replacement + token[position + 1 :]
    if other == token:
        return
    with pytest.raises(InvalidToken):
        TOKENS.verify(PresentedRefreshToken.parse(other), SALT)


@given(st.one_of(st.text(), st.binary(), st.none(), st.integers(), st.text().map(lambda text: PREFIX + text)))
def test_arbitrary_input_is_an_invalid_token_and_nothing_else(token):
    with pytest.raises(InvalidToken):
        PresentedRefreshToken.parse(token)


@pytest.mark.parametrize(
    "spoil", [str.upper, lambda t: t + "=", lambda t: t + "==", lambda t: " " + t, lambda t: t + "\n", lambda t: t[:-1]]
)
def test_a_token_with_anything_added_or_taken_is_refused(spoil):
    with pytest.raises(InvalidToken):
        PresentedRefreshToken.parse(spoil(TOKENS.issue(uuid4(), 1, SALT)))


def test_the_database_alone_cannot_make_a_token():
    """Who has read the salt but not the server's key."""
    session_id = uuid4()
    forged = RefreshTokens(ring_of("another key, of more than 32 bytes.")).issue(session_id, 1, SALT)
    with pytest.raises(InvalidToken):
        TOKENS.verify(PresentedRefreshToken.parse(forged), SALT)


def test_the_server_key_alone_cannot_make_a_token():
    """Who has the key but has not read the session's salt."""
    session_id = uuid4()
    with pytest.raises(InvalidToken):
        TOKENS.verify(PresentedRefreshToken.parse(TOKENS.issue(session_id, 1, bytes(32))), SALT)


def test_a_token_of_another_session_does_not_verify():
    token = PresentedRefreshToken.parse(TOKENS.issue(UUID(int=1), 1, SALT))
    moved = PresentedRefreshToken(UUID(int=2), token.generation, token.mac)
    with pytest.raises(InvalidToken):
        TOKENS.verify(moved, SALT)


def test_neither_the_mac_nor_the_keys_are_in_a_repr():
    presented = PresentedRefreshToken.parse(TOKENS.issue(uuid4(), 1, SALT))
    assert repr(presented.mac) not in repr(presented)
    assert "key=" not in repr(Keys.derive("k" * 40))
    assert "secret" not in repr(Keys.derive("k" * 40))
