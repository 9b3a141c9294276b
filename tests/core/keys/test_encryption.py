"""Stored keys at rest: only the secret key under which one was encrypted opens it, and only under its own name."""

import hypothesis.strategies as st
from hypothesis import given

from rxapp.auth.core.keys.encryption import unwrap, wrap

OURS, OTHERS = "k" * 40, "o" * 40


@given(st.binary(max_size=200), st.text(st.characters(codec="ascii"), max_size=32))
def test_what_was_wrapped_comes_back_under_whichever_secret_key_it_was(secret, kid):
    assert unwrap(wrap(secret, kid, OURS), kid, [OTHERS, OURS]) == secret


def test_what_a_release_before_has_wrapped_comes_back():
    wrapped = bytes.fromhex("000000000000000000000000bf1955c442d58648581b914f11d50d31f4c95b43052b6c80")
    assert unwrap(wrapped, "kid", [OURS]) == b"a secret"


def test_no_other_secret_key_opens_it():
    assert unwrap(wrap(bytes(32), "a", OURS), "a", [OTHERS]) is None
    assert unwrap(wrap(bytes(32), "a", OURS), "a", []) is None


def test_a_row_cannot_take_the_secret_of_another():
    assert unwrap(wrap(bytes(32), "a", OURS), "b", [OURS]) is None


@given(st.integers(0, 60 * 8 - 1))
def test_one_flipped_bit_anywhere_is_noticed(bit):
    wrapped = bytearray(wrap(bytes(32), "a", OURS))
    assert len(wrapped) == 60
    wrapped[bit // 8] ^= 1 << bit % 8
    assert unwrap(bytes(wrapped), "a", [OURS]) is None


@given(st.binary(max_size=60))
def test_whatever_else_stands_there_is_no_key(garbage):
    assert unwrap(garbage, "a", [OURS]) is None


def test_one_secret_gives_different_ciphertexts_that_do_not_contain_it():
    secret = b"0123456789abcdef" * 2
    first, second = wrap(secret, "a", OURS), wrap(secret, "a", OURS)
    assert first != second
    assert secret not in first
