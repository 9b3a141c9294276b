"""What the session page of development says of a session."""

from datetime import timedelta

import pytest

from rxapp.auth.features.inspector.facts import claims_of, session_of, stored_session

LONGEST_WORD = 64
"""No part of a token that could be used is so short; an id or a thumbprint is shorter."""


def facts(service, pair):
    claims = service.access_tokens.identify(pair.access_token)
    session = stored_session(service, claims)
    return {fact.name: fact.value for fact in [*claims_of(service, claims), *session_of(service, session, service.clock())]}


def test_each_claim_of_the_token_is_explained(service, pair):
    claims = claims_of(service, service.access_tokens.identify(pair.access_token))
    assert {fact.name for fact in claims} >= {"iss", "aud", "sub", "sid", "gen", "jti", "name", "roles", "iat", "nbf", "exp"}
    assert all(fact.meaning for fact in claims)


def test_no_token_and_no_signature_is_among_them(service, pair):
    shown = " ".join(facts(service, pair).values())
    assert pair.refresh_token not in shown
    for part in pair.access_token.split("."):
        assert part not in shown
    assert max(map(len, shown.split())) <= LONGEST_WORD


def test_the_generation_is_that_of_the_database(service, pair):
    service.refresh(pair.access_token, pair.refresh_token)
    assert facts(service, pair)["generation"] == "1"


def test_a_successor_that_nobody_has_used_leaves_its_predecessor_good(service, pair):
    service.refresh(pair.access_token, pair.refresh_token)
    shown = facts(service, pair)
    assert shown["seen in use"] == "not yet"
    assert "not seen in use" in shown["predecessor"]


def test_once_it_is_used_its_predecessor_is_good_for_the_grace_period_and_then_spent(service, pair, clock):
    new = service.refresh(pair.access_token, pair.refresh_token)
    service.verify_access(new.access_token)
    assert "answered for" in facts(service, new)["predecessor"]
    clock.move(seconds=service.settings.rotation_grace_period.total_seconds() + 1)
    assert facts(service, new)["predecessor"].startswith("spent")


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(seconds=90), "90 s"),
        (timedelta(minutes=5), "5 minutes"),
        (timedelta(hours=23, minutes=59), "24 hours"),
        (timedelta(0), "now"),
    ],
)
def test_limits_are_told_in_words(service, pair, clock, left, words):
    claims = service.access_tokens.identify(pair.access_token)
    session = stored_session(service, claims)
    now = session.expires_at - left
    limits = {fact.name: fact.value for fact in session_of(service, session, now)}
    assert limits["absolute limit"].removeprefix("in ") == words
