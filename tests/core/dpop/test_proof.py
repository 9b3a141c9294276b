"""The checks of RFC 9449 §4.3, each with a proof that fails it and nothing else."""

import base64
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from rxapp.auth.core.dpop.proof import normalized, read_proof
from rxapp.auth.core.errors import InvalidDpopProof
from rxapp.auth.core.identity.proved_key import thumbprint
from tests.dpop import DeviceKey

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
URL = "https://app.example.com/api/me"
TOKEN = "an access token"
KEY = DeviceKey()

EXAMPLE_KEY = (
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldW"
    "QVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19"
)
EXAMPLE_FOR_TOKENS = (
    f"{EXAMPLE_KEY}.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwia"
    "WF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg"
)
EXAMPLE_FOR_A_RESOURCE = (
    f"{EXAMPLE_KEY}.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0Z"
    "WRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtN"
    "P86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA"
)

NUMBERS_OF_JSON = [
    *("1" + "0" * 400, "-" + "9" * 400, "9" * 1_000),
    *("1e999", "-1e999", "NaN", "Infinity", "-Infinity", "true", "null", "[[[1]]]"),
]
"""As they stand in a text: `json.dumps` would not write all of them."""


def read(proof, **changes):
    wanted = {"method": "GET", "urls": {URL}, "now": NOW, "access_token": TOKEN} | changes
    return read_proof(proof, **wanted)


def proof(**changes):
    return KEY.proof(**({"method": "GET", "url": URL, "now": NOW, "access_token": TOKEN} | changes))


def assert_refused(proof, **changes):
    with pytest.raises(InvalidDpopProof):
        read(proof, **changes)


class TestTheExamplesOfTheRfc:
    """§4.1 and §7.1."""

    def test_the_request_for_tokens(self):
        at = datetime.fromtimestamp(1562262616, UTC)
        found = read_proof(EXAMPLE_FOR_TOKENS, method="POST", urls={"https://server.example.com/token"}, now=at)
        assert found.thumbprint == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I", "the jkt of §6.1"
        assert found.proof_id == "-BwC3ESc6acc2lTc"

    def test_the_request_for_a_resource(self):
        found = read_proof(
            EXAMPLE_FOR_A_RESOURCE,
            method="GET",
            urls={"https://resource.example.org/protectedresource"},
            now=datetime.fromtimestamp(1562262618, UTC),
            access_token="Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU",
        )
        assert found.thumbprint == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"


def test_the_example_of_rfc_8037_has_the_thumbprint_given_there():
    key = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert thumbprint(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_a_good_proof_names_its_key_its_id_and_its_nonce(algorithm):
    key = DeviceKey(algorithm)
    found = read(key.proof("GET", URL, NOW, access_token=TOKEN, nonce="n", jti="j"))
    assert (found.thumbprint, found.proof_id, found.nonce) == (key.thumbprint, "j", "n")


class TestTheSignature:
    def test_of_another_key_than_the_embedded_one(self):
        assert_refused(proof(header={"jwk": DeviceKey().jwk}))

    def test_missing(self):
        assert_refused(proof().rpartition(".")[0] + ".")

    @pytest.mark.parametrize("algorithm", ["none", "None", "HS256"])
    def test_of_an_algorithm_with_no_key_of_its_own(self, algorithm):
        header, payload, _ = proof().split(".")
        forged = json.loads(base64.urlsafe_b64decode(header + "==")) | {"alg": algorithm}
        head = base64.urlsafe_b64encode(json.dumps(forged).encode()).decode().rstrip("=")
        assert_refused(f"{head}.{payload}.")

    def test_by_hmac_with_the_public_key_for_a_secret(self):
        payload = jwt.decode(proof(), options={"verify_signature": False})
        secret = KEY.jwk["x"].encode()
        assert_refused(jwt.encode(payload, secret, algorithm="HS256", headers={"typ": "dpop+jwt", "jwk": KEY.jwk}))

    @pytest.mark.parametrize(
        ("algorithm", "kind", "key"),
        [
            ("ES384", ECAlgorithm, ec.generate_private_key(ec.SECP384R1())),
            ("ES256K", ECAlgorithm, ec.generate_private_key(ec.SECP256K1())),
            ("EdDSA", OKPAlgorithm, ed448.Ed448PrivateKey.generate()),
            ("RS256", RSAAlgorithm, rsa.generate_private_key(65537, 2048)),
        ],
        ids=["ES384", "ES256K", "Ed448", "RS256"],
    )
    def test_by_an_algorithm_or_on_a_curve_that_is_not_on_the_list(self, algorithm, kind, key):
        payload = jwt.decode(proof(), options={"verify_signature": False})
        public = json.loads(kind.to_jwk(key.public_key()))
        assert_refused(jwt.encode(payload, key, algorithm=algorithm, headers={"typ": "dpop+jwt", "jwk": public}))


class TestTheHeader:
    @pytest.mark.parametrize("type_", [None, "", "JWT", "at+jwt", "DPOP+JWT", 1])
    def test_another_type(self, type_):
        assert_refused(proof(header={"typ": type_}))

    @pytest.mark.parametrize("jwk", [None, {}, [], "key", {"kty": "EC"}, {"kty": "oct", "k": "c2VjcmV0"}, {"kty": [], "crv": {}}])
    def test_no_public_key(self, jwk):
        assert_refused(proof(header={"jwk": jwk}))

    def test_the_private_key_embedded(self):
        private = json.loads(ECAlgorithm.to_jwk(KEY.private))
        assert "d" in private
        assert_refused(proof(header={"jwk": private}))

    def test_a_point_that_is_not_on_the_curve(self):
        assert_refused(proof(header={"jwk": KEY.jwk | {"x": KEY.jwk["y"]}}))

    def test_a_critical_extension_that_nobody_knows(self):
        assert_refused(proof(header={"crit": ["x"], "x": 1}))

    def test_where_else_a_key_might_be_fetched_from_is_not_obeyed(self):
        other = DeviceKey()
        header = {"jwk": other.jwk, "jku": "https://evil.example/keys", "x5u": "https://evil.example", "kid": "../../etc/passwd"}
        assert_refused(proof(header=header))

    def test_members_that_make_no_key_do_not_change_its_name(self):
        assert read(proof(header={"jwk": KEY.jwk | {"kid": "mine", "use": "sig"}})).thumbprint == KEY.thumbprint


class TestTheClaims:
    @pytest.mark.parametrize("claim", ["jti", "htm", "htu", "iat", "ath"])
    def test_one_missing(self, claim):
        assert_refused(proof(**{claim: None}))

    @pytest.mark.parametrize("claim", ["jti", "htm", "htu", "iat", "ath"])
    @pytest.mark.parametrize("value", ["", 0, -1, True, [], {}, "\ud800", "x" * 600, 1e400])
    def test_one_of_a_wrong_kind(self, claim, value):
        assert_refused(_signed_raw(**{claim: value}))

    @pytest.mark.parametrize("number", NUMBERS_OF_JSON)
    @pytest.mark.parametrize("claim", ["jti", "htm", "htu", "iat", "ath"])
    def test_a_number_that_no_clock_shows(self, claim, number):
        """JSON has integers that no float holds: to subtract one from a moment is an error of Python's."""
        assert_refused(_signed(_payload(**{claim: "@"}).replace('"@"', number)))

    @pytest.mark.parametrize("number", NUMBERS_OF_JSON)
    def test_times_that_are_not_asked_for_are_not_looked_at(self, number):
        assert read(_signed(_payload(exp="@", jti="j").replace('"@"', number)))

    @pytest.mark.parametrize("method", ["POST", "get", "GET ", "HEAD"])
    def test_another_method(self, method):
        assert_refused(proof(htm=method))

    @pytest.mark.parametrize(
        "url",
        [
            "https://app.example.com/api/other",
            "https://app.example.com/api/me/",
            "https://app.example.com/API/me",
            "https://app.example.com.evil.example/api/me",
            "https://evil.example/api/me",
            "http://app.example.com/api/me",
            "https://app.example.com:8443/api/me",
            "https://me@app.example.com/api/me",
            "//app.example.com/api/me",
            "/api/me",
            "https://app.example.com:99999/api/me",
            "https://[app.example.com/api/me",
        ],
    )
    def test_another_url(self, url):
        assert_refused(proof(url=url))

    @pytest.mark.parametrize(
        "url",
        [
            URL,
            "HTTPS://App.Example.COM/api/me",
            "https://app.example.com:443/api/me",
            "https://app.example.com/api/me?page=2",
            "https://app.example.com/api/me#here",
        ],
    )
    def test_the_same_url_in_another_spelling(self, url):
        assert read(proof(url=url))

    @pytest.mark.parametrize("age", [-10, 0, 59, 60])
    def test_as_old_as_it_may_be(self, age):
        assert read(proof(now=NOW - timedelta(seconds=age)))

    @pytest.mark.parametrize("age", [-3600, -11, 61, 3600])
    def test_too_old_or_from_the_future(self, age):
        assert_refused(proof(now=NOW - timedelta(seconds=age)))

    @pytest.mark.parametrize("age", [-11, 61])
    def test_a_later_or_earlier_expiry_of_its_own_does_not_help(self, age):
        assert_refused(proof(now=NOW - timedelta(seconds=age), exp=4_000_000_000, nbf=0))

    def test_the_hash_of_another_access_token(self):
        assert_refused(proof(access_token="another"))


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "x" * 5_000, "é.é.é", None, 7, b"bytes"])
def test_what_is_no_proof_at_all(text):
    assert_refused(text)


def test_an_access_token_is_no_proof(service, pair):
    assert_refused(pair.access_token)


@given(st.text())
def test_no_text_makes_it_fail_in_another_way(text):
    assert_refused(text)


@given(st.integers(0, len(proof()) - 1), st.characters(codec="ascii", categories=["L", "N"]))
def test_no_character_can_be_changed(position, character):
    good = proof(jti="j")
    changed = good[:position] + character + good[position + 1 :]
    try:
        read(changed)
    except InvalidDpopProof:
        return
    assert _same_bytes(changed, good)


def test_urls_are_compared_without_query_and_fragment():
    assert normalized("HTTP://Example.com:80?q") == normalized("http://example.com/#f") == "http://example.com/"


def _signed_raw(**claims):
    """As `proof`, but without the library's own checks on what it signs, and with None and all else as it is."""
    return _signed(_payload(**claims))


def _payload(**claims) -> str:
    return json.dumps(jwt.decode(proof(), options={"verify_signature": False}) | claims)


def _signed(payload: str) -> str:
    head, *_ = proof().split(".")
    body = base64.urlsafe_b64encode(payload.encode()).decode().rstrip("=")
    signed = f"{head}.{body}"
    signature = ECAlgorithm(ECAlgorithm.SHA256).sign(signed.encode(), KEY.private)
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def _same_bytes(one: str, other: str) -> bool:
    """The last character of a part may have bits that mean nothing."""
    return all(
        base64.urlsafe_b64decode(a + "==") == base64.urlsafe_b64decode(b + "==")
        for a, b in zip(one.split("."), other.split("."), strict=True)
    )
