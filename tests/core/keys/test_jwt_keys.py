"""Access keys: one key, one algorithm; and no confusion of algorithms gets past them."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rxapp.auth import InvalidToken
from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.keys.jwt_keys import P256_ORDER, derive_access_keys
from rxapp.auth.core.tokens.access_tokens import AccessTokens
from tests.keys import ring_of

SECRET = "k" * 40
KEYS = derive_access_keys(Keys.derive(SECRET))
ALGORITHMS = ["HS256", "EdDSA", "ES256"]
ASYMMETRIC = ["EdDSA", "ES256"]


@pytest.fixture
def tokens_of(settings, clock):
    """The access tokens of a server that is set to this algorithm."""

    def tokens_of(algorithm, *secrets):
        changed = settings.model_copy(update={"access_token_algorithm": algorithm})
        return AccessTokens(changed, ring_of(*(secrets or (SECRET,))), clock)

    return tokens_of


@pytest.fixture
def issue(clock):
    def issue(tokens):
        about = {"subject": uuid4(), "session_id": uuid4(), "generation": 3, "user_name": "johndoe", "roles": ["Manager"]}
        return tokens.issue(**about, session_expires_at=clock() + timedelta(days=7))

    return issue


def payload_of(token):
    return jwt.decode(token, options={"verify_signature": False})


def encoded(part):
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
class TestEachAlgorithm:
    def test_the_header_names_it_and_the_key_that_is_for_it_alone(self, tokens_of, issue, algorithm):
        header = jwt.get_unverified_header(issue(tokens_of(algorithm)))
        assert header == {"alg": algorithm, "typ": "at+jwt", "kid": KEYS[algorithm].kid}
        assert len({key.kid for key in KEYS.values()}) == 3

    def test_changing_the_setting_signs_nobody_out(self, tokens_of, issue, algorithm):
        token = issue(tokens_of(algorithm))
        for other in ALGORITHMS:
            assert tokens_of(other).verify(token).user_name == "johndoe"

    def test_a_kept_key_verifies_and_an_unknown_one_does_not(self, tokens_of, issue, algorithm):
        token = issue(tokens_of(algorithm))
        assert tokens_of(algorithm, "n" * 40, SECRET).verify(token)
        with pytest.raises(InvalidToken):
            tokens_of(algorithm, "n" * 40).verify(token)

    def test_a_header_that_is_spelled_in_another_way_is_no_reason_to_sign_out(self, tokens_of, algorithm, issue):
        """A later version of the library may order its members differently."""
        tokens, key = tokens_of(algorithm), KEYS[algorithm]
        header = encoded({"typ": "at+jwt", "kid": key.kid, "alg": algorithm})
        assert header != key.header
        unsigned = f"{header}.{encoded(payload_of(issue(tokens)))}"
        algorithms = jwt.algorithms.get_default_algorithms()
        signature = algorithms[algorithm].sign(unsigned.encode(), key.signing_key)
        assert tokens.verify(f"{unsigned}.{encoded(signature)}").user_name == "johndoe"

    def test_a_changed_payload_is_refused(self, tokens_of, issue, algorithm):
        tokens = tokens_of(algorithm)
        token = issue(tokens)
        header, _, signature = token.split(".")
        with pytest.raises(InvalidToken):
            tokens.verify(f"{header}.{encoded(payload_of(token) | {'roles': ['Admin']})}.{signature}")

    def test_another_type_of_token_of_the_same_key_is_refused(self, tokens_of, issue, algorithm):
        tokens, key = tokens_of(algorithm), KEYS[algorithm]
        other = jwt.encode(payload_of(issue(tokens)), key.signing_key, algorithm, headers={"typ": "JWT", "kid": key.kid})
        with pytest.raises(InvalidToken):
            tokens.verify(other)

    def test_the_key_of_one_algorithm_is_not_taken_for_another(self, tokens_of, issue, algorithm):
        """Signed with a genuine key, under the name of another one."""
        tokens, key = tokens_of(algorithm), KEYS[algorithm]
        payload = payload_of(issue(tokens))
        for other in ALGORITHMS:
            if other != algorithm:
                headers = {"typ": "at+jwt", "kid": KEYS[other].kid}
                with pytest.raises(InvalidToken):
                    tokens.verify(jwt.encode(payload, key.signing_key, algorithm, headers=headers))


def spellings_of_the_public_key(algorithm):
    """What an attacker might hope that the server would use as an HMAC secret: all of it is public."""
    public = KEYS[algorithm].signing_key.public_key()
    jwk = KEYS[algorithm].public_jwk
    yield public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    yield public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    yield base64.urlsafe_b64decode(jwk["x"] + "=")
    yield jwk["x"].encode()
    yield json.dumps(jwk).encode()
    yield json.dumps(jwk, separators=(",", ":")).encode()
    if algorithm == "ES256":
        yield public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@pytest.mark.parametrize("algorithm", ASYMMETRIC)
class TestConfusion:
    def test_an_hmac_with_the_public_key_as_secret_is_refused_under_every_key_id(self, tokens_of, issue, algorithm):
        tokens = tokens_of(algorithm)
        payload = payload_of(issue(tokens))
        for secret in spellings_of_the_public_key(algorithm):
            for key in KEYS.values():
                for named in ("HS256", algorithm):
                    header = {"alg": named, "typ": "at+jwt", "kid": key.kid}
                    for unsigned in (f"{encoded(header)}.{encoded(payload)}", f"{key.header}.{encoded(payload)}"):
                        forged = hmac.digest(secret, unsigned.encode(), hashlib.sha256)
                        with pytest.raises(InvalidToken):
                            tokens.verify(f"{unsigned}.{encoded(forged)}")

    @pytest.mark.parametrize("named", ["none", "None", "HS256", "HS512", "ES384", "RS256", "Ed25519", "", None, ["EdDSA"], {}])
    def test_a_good_signature_under_another_algorithms_name_is_refused(self, tokens_of, issue, algorithm, named):
        tokens, key = tokens_of(algorithm), KEYS[algorithm]
        unsigned = f"{encoded({'alg': named, 'typ': 'at+jwt', 'kid': key.kid})}.{encoded(payload_of(issue(tokens)))}"
        signature = jwt.algorithms.get_default_algorithms()[algorithm].sign(unsigned.encode(), key.signing_key)
        for presented in (encoded(signature), ""):
            with pytest.raises(InvalidToken):
                tokens.verify(f"{unsigned}.{presented}")

    def test_a_key_of_the_senders_own_in_the_header_is_not_looked_at(self, tokens_of, issue, algorithm):
        tokens, own = tokens_of(algorithm), derive_access_keys(Keys.derive("attacker" * 8))[algorithm]
        payload = payload_of(issue(tokens))
        for kid in (KEYS[algorithm].kid, own.kid):
            headers = {"typ": "at+jwt", "kid": kid, "jwk": own.public_jwk, "jku": "https://evil.example/jwks.json"}
            with pytest.raises(InvalidToken):
                tokens.verify(jwt.encode(payload, own.signing_key, algorithm, headers=headers))


def test_a_zero_signature_is_no_signature(tokens_of, issue):
    """CVE-2022-21449: r = s = 0 was good for any message."""
    tokens = tokens_of("ES256")
    unsigned = issue(tokens).rpartition(".")[0]
    with pytest.raises(InvalidToken):
        tokens.verify(f"{unsigned}.{encoded(bytes(64))}")


class TestPublicKeys:
    @pytest.mark.parametrize("algorithm", ASYMMETRIC)
    def test_both_kinds_are_published_whichever_is_used_so_that_the_setting_can_be_changed(self, tokens_of, algorithm):
        assert {key["alg"] for key in tokens_of(algorithm).public_jwks()} == {"EdDSA", "ES256"}

    def test_of_a_symmetric_key_nothing_is_published(self, tokens_of):
        assert KEYS["HS256"].public_jwk is None
        assert tokens_of("HS256").public_jwks() == []

    @pytest.mark.parametrize("algorithm", ASYMMETRIC)
    def test_no_private_member_is_among_them(self, algorithm):
        assert KEYS[algorithm].public_jwk.keys() <= {"kty", "crv", "x", "y", "kid", "alg", "use"}

    def test_the_es256_key_is_a_point_of_the_curve(self):
        jwk = KEYS["ES256"].public_jwk
        x, y = (int.from_bytes(base64.urlsafe_b64decode(jwk[name] + "=")) for name in ("x", "y"))
        assert EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()

    def test_the_order_is_that_of_the_curve(self):
        """n · G is the point at infinity, so (n - 1) · G is -G: the same x as G itself."""
        from cryptography.hazmat.primitives.asymmetric.ec import derive_private_key

        first, last = (derive_private_key(scalar, SECP256R1()).public_key().public_numbers() for scalar in (1, P256_ORDER - 1))
        assert (first.x, first.y) == (last.x, -last.y % (2**256 - 2**224 + 2**192 + 2**96 - 1))


def test_no_signing_key_is_in_a_repr():
    for key in KEYS.values():
        assert "signing" not in repr(key)
        assert "PrivateKey" not in repr(key)
