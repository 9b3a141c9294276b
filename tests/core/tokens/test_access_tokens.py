"""Access tokens: what they say, how long they live, and every forgery that is refused."""

import base64
import hashlib
import hmac
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import hypothesis.strategies as st
import jwt
import pytest
from hypothesis import given

from rxapp.auth import AccessTokenExpired, InvalidToken
from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.keys.key_ring import RELOAD_INTERVAL, KeyRing, RingKey
from rxapp.auth.core.tokens.access_tokens import CLOCK_SKEW_LEEWAY, AccessTokens
from rxapp.auth.core.tokens.verified_token_cache import KEPT, VerifiedTokenCache
from tests.clock import MovableClock
from tests.keys import ring_of

KEYS = Keys.derive("k" * 40)
RING = ring_of("k" * 40)
CLAIMS = ["iss", "aud", "sub", "sid", "gen", "jti", "name", "roles", "iat", "nbf", "exp"]


@pytest.fixture
def tokens(settings, clock):
    return AccessTokens(settings, RING, clock)


@pytest.fixture
def issue(settings, clock):
    """Issues as another process does: here nothing is remembered of the token."""
    tokens = AccessTokens(settings, RING, clock)

    def issue(**changes):
        about = {
            "subject": uuid4(),
            "session_id": uuid4(),
            "generation": 3,
            "user_name": "johndoe",
            "roles": ["Manager"],
            "session_expires_at": clock() + timedelta(days=7),
        }
        return tokens.issue(**(about | changes))

    return issue


def payload_of(token):
    return jwt.decode(token, options={"verify_signature": False})


def signed(payload, key=KEYS.access_token_key, **header):
    """A token with our signature over whatever header and claims."""
    return jwt.encode(payload, key, algorithm="HS256", headers={"typ": "at+jwt", "kid": KEYS.key_id} | header)


def encoded(part):
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


class TestIssue:
    def test_header_and_claims_are_those_of_the_design(self, issue):
        token = issue()
        assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "at+jwt", "kid": KEYS.key_id}
        assert list(payload_of(token)) == CLAIMS

    def test_it_lives_five_minutes(self, issue):
        payload = payload_of(issue())
        assert payload["exp"] - payload["iat"] == 300

    def test_it_never_outlives_its_session(self, issue, clock):
        payload = payload_of(issue(session_expires_at=clock() + timedelta(seconds=42)))
        assert payload["exp"] - payload["iat"] == 42

    def test_no_two_are_the_same(self, issue):
        assert payload_of(issue())["jti"] != payload_of(issue())["jti"]


class TestVerify:
    def test_it_gives_the_claims_back(self, tokens, issue):
        subject, session_id = uuid4(), uuid4()
        claims = tokens.verify(issue(subject=subject, session_id=session_id))
        assert (claims.subject, claims.session_id, claims.generation) == (subject, session_id, 3)
        assert (claims.user_name, claims.roles) == ("johndoe", ("Manager",))

    def test_it_is_good_until_the_last_second_and_expired_from_then_on(self, tokens, issue, clock):
        token = issue()
        clock.move(seconds=299)
        assert tokens.verify(token)
        clock.move(seconds=1)
        with pytest.raises(AccessTokenExpired):
            tokens.verify(token)

    def test_race_13_a_server_whose_clock_is_a_little_behind_accepts_it(self, tokens, issue, clock):
        token = issue()
        clock.now -= CLOCK_SKEW_LEEWAY
        assert tokens.verify(token)

    def test_a_token_from_the_future_is_refused(self, tokens, issue, clock):
        token = issue()
        clock.now -= CLOCK_SKEW_LEEWAY + timedelta(seconds=1)
        with pytest.raises(InvalidToken):
            tokens.verify(token)


class TestIdentify:
    def test_it_reads_the_identity_from_an_expired_token(self, tokens, issue, clock):
        token = issue()
        clock.move(days=400)
        assert tokens.identify(token).user_name == "johndoe"

    def test_alg_none_is_refused(self, tokens, issue):
        payload = payload_of(issue())
        for algorithm in ("none", "None", "NONE"):
            header = {"alg": algorithm, "typ": "at+jwt", "kid": KEYS.key_id}
            for signature in ("", issue().split(".")[2]):
                with pytest.raises(InvalidToken):
                    tokens.identify(f"{encoded(header)}.{encoded(payload)}.{signature}")

    @pytest.mark.parametrize("algorithm", ["HS384", "HS512", "RS256", "ES256", "EdDSA", "hs256", "", None, ["HS256"]])
    def test_an_algorithm_that_is_not_on_the_list_is_refused_though_the_signature_fits_ours(self, tokens, issue, algorithm):
        payload = payload_of(issue())
        unsigned = f"{encoded({'alg': algorithm, 'typ': 'at+jwt', 'kid': KEYS.key_id})}.{encoded(payload)}"
        signature = hmac.digest(KEYS.access_token_key, unsigned.encode(), hashlib.sha256)
        with pytest.raises(InvalidToken):
            tokens.identify(f"{unsigned}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}")

    def test_another_key_is_refused(self, tokens, issue):
        with pytest.raises(InvalidToken):
            tokens.identify(signed(payload_of(issue()), key=b"x" * 32))

    def test_the_refresh_tokens_key_is_another_one(self, tokens, issue):
        with pytest.raises(InvalidToken):
            tokens.identify(signed(payload_of(issue()), key=KEYS.refresh_token_secret))

    @pytest.mark.parametrize(
        "header",
        [{"typ": "JWT"}, {"typ": None}, {"typ": "rt+jwt"}, {"kid": "other"}, {"kid": "../../etc/passwd"}, {"kid": "' OR 1=1 --"}],
    )
    def test_another_type_or_key_id_is_refused_though_the_signature_is_right(self, tokens, issue, header):
        with pytest.raises(InvalidToken):
            tokens.identify(signed(payload_of(issue()), **header))

    @pytest.mark.parametrize("member", ["jku", "x5u", "jwk", "x5c"])
    def test_keys_offered_in_the_header_are_not_looked_at(self, tokens, issue, member):
        own_key = b"attacker" * 4
        offered = (
            {"kty": "oct", "k": base64.urlsafe_b64encode(own_key).decode()} if member == "jwk" else "https://evil.example/keys"
        )
        with pytest.raises(InvalidToken):
            tokens.identify(signed(payload_of(issue()), key=own_key, **{member: offered}))

    @pytest.mark.parametrize(
        ("claim", "value"), [("iss", "other"), ("aud", "other"), ("aud", ["other"]), ("aud", None), ("aud", [])]
    )
    def test_another_issuer_or_audience_is_refused(self, tokens, issue, claim, value):
        with pytest.raises(InvalidToken):
            tokens.identify(signed(payload_of(issue()) | {claim: value}))

    @pytest.mark.parametrize("claim", CLAIMS)
    def test_a_missing_claim_is_refused(self, tokens, issue, claim):
        payload = payload_of(issue())
        del payload[claim]
        with pytest.raises(InvalidToken):
            tokens.identify(signed(payload))

    @pytest.mark.parametrize("claim", ["sub", "sid", "gen", "roles", "iat", "exp"])
    @pytest.mark.parametrize("value", [None, "x", {}, -(10**30), "true", True])
    def test_a_claim_of_a_wrong_type_is_refused(self, tokens, issue, claim, value):
        if claim in {"iat", "exp"} and value is True:
            value = [1]
        with pytest.raises(InvalidToken):
            tokens.identify(signed(payload_of(issue()) | {claim: value}))

    @pytest.mark.parametrize("token", ["", ".", "..", "...", "a.b.c", "\0", "\ud800", "e" * 5000, None, 7, b"x", [], {"a": 1}])
    def test_what_is_no_token_at_all_is_refused(self, tokens, token):
        with pytest.raises(InvalidToken):
            tokens.identify(token)


@given(position=st.integers(min_value=0), replacement=st.characters())
def test_one_changed_character_anywhere_is_refused(settings, position, replacement):
    clock = MovableClock()
    tokens = AccessTokens(settings, RING, clock)
    token = tokens.issue(
        subject=uuid4(),
        session_id=uuid4(),
        generation=1,
        user_name="johndoe",
        roles=[],
        session_expires_at=clock() + timedelta(days=1),
    )
    position %= len(token)
    changed = token[:position] + replacement + token[position + 1 :]
    if changed == token:
        return
    if position == len(token) - 1:
        # The last character of 32 bytes in base64url carries two spare bits: four spellings of the same signature.
        try:
            assert tokens.verify(changed).user_name == "johndoe"
        except InvalidToken:
            return
    else:
        with pytest.raises(InvalidToken):
            tokens.verify(changed)


@given(token=st.one_of(st.text(), st.binary(), st.none(), st.integers(), st.lists(st.text(), max_size=3).map(".".join)))
def test_arbitrary_input_is_an_invalid_token_and_nothing_else(settings, token):
    with pytest.raises(InvalidToken):
        AccessTokens(settings, RING, MovableClock()).verify(token)


class TestRemembering:
    def test_what_is_remembered_of_an_issued_token_is_what_others_read_in_it(self, settings, tokens, clock):
        facts = {"subject": uuid4(), "session_id": uuid4(), "generation": 7, "user_name": "Zoë", "roles": ["Manager"]}
        for thumbprint in (None, "a" * 43):
            end = clock() + timedelta(seconds=42, microseconds=999_999)
            token = tokens.issue(**facts, session_expires_at=end, device_key_thumbprint=thumbprint)
            assert tokens.identify(token) == AccessTokens(settings, RING, clock).identify(token)

    def test_a_genuine_token_is_decoded_once(self, tokens, issue, monkeypatch):
        token = issue()
        claims = tokens.identify(token)
        monkeypatch.setattr(jwt, "decode", None)
        assert tokens.identify(token) is claims

    def test_a_remembered_token_expires_like_any_other(self, tokens, issue, clock):
        token = issue()
        assert tokens.verify(token)
        clock.move(seconds=300)
        with pytest.raises(AccessTokenExpired):
            tokens.verify(token)

    def test_a_remembered_token_is_refused_once_its_key_is_gone(self, settings, clock):
        now = clock()
        ring = [RingKey(KEYS), RingKey(Keys.derive("o" * 40), retired_at=now)]
        tokens = AccessTokens(settings, KeyRing(lambda _moment: list(ring), clock), clock)
        facts = {"subject": uuid4(), "session_id": uuid4(), "generation": 0, "user_name": "ada", "roles": []}
        facts["session_expires_at"] = now + timedelta(days=1)
        token = AccessTokens(settings, ring_of("o" * 40), clock).issue(**facts)
        assert tokens.identify(token)
        ring.pop()
        clock.now += RELOAD_INTERVAL
        tokens.issue(**facts)  # looks at the database
        with pytest.raises(InvalidToken):
            tokens.identify(token)

    def test_forged_tokens_push_no_genuine_one_out(self, tokens, issue, monkeypatch):
        token = issue()
        tokens.identify(token)
        for _ in range(KEPT):
            with pytest.raises(InvalidToken):
                tokens.identify(token[:-1])
        monkeypatch.setattr(jwt, "decode", None)
        assert tokens.identify(token)

    def test_the_memory_is_bounded_and_forgets_who_was_not_seen_for_the_longest_time(self, tokens, issue):
        kept, claims, key = VerifiedTokenCache(), tokens.identify(issue()), next(iter(RING.signer().access_keys.values()))
        for number in range(KEPT):
            kept.keep(str(number), key, claims)
        assert kept.find("0", key)
        kept.keep("one more", key, claims)
        assert kept.find("0", key)
        assert kept.find("1", key) is None

    def test_threads_share_the_memory(self, tokens, issue, monkeypatch):
        """Each call of a library's cache is several steps, and another thread may come between any two."""
        monkeypatch.setattr("rxapp.auth.core.tokens.verified_token_cache.KEPT", 4)
        kept, claims, key = VerifiedTokenCache(), tokens.identify(issue()), next(iter(RING.signer().access_keys.values()))

        def use(first):
            for number in range(first, first + 2_000):
                kept.keep(str(number % 7), key, claims)
                assert kept.find(str(number % 5), key) in {claims, None}

        before = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        try:
            with ThreadPoolExecutor(8) as threads:
                list(threads.map(use, range(8)))
        finally:
            sys.setswitchinterval(before)
        assert len(kept._kept) == 4
