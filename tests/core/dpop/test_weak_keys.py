"""Keys that everybody can sign with: one signature of an Ed25519 point of small order is good for any message."""

import base64
import hashlib
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from rxapp.auth.core.dpop.weak_keys import is_weak
from rxapp.auth.core.identity.proved_key import base64url
from tests.core.dpop.test_proof import NOW, TOKEN, URL, assert_refused, read
from tests.dpop import DeviceKey

FIELD = 2**255 - 19
D = -121665 * pow(121666, -1, FIELD) % FIELD
OF_EVERYBODY = (1).to_bytes(32, "little") + bytes(32)
"""R is the identity and S is 0: good wherever the hash times the key is the identity, which it is for every eighth message."""


def encoded(y: int, sign: int) -> bytes:
    return (y | sign << 255).to_bytes(32, "little")


def root(square: int) -> int:
    found = pow(square, (FIELD + 3) // 8, FIELD)
    return found if found * found % FIELD == square else found * pow(2, (FIELD - 1) // 4, FIELD) % FIELD


def y_of_order_8() -> int:
    """Twice the point has y = 0, so d·y⁴ + 2·y² = 1; of the two solutions, the one that is a square."""
    squares = [(-1 + sign * root((1 + D) % FIELD)) * pow(D, -1, FIELD) % FIELD for sign in (1, -1)]
    return next(root(square) for square in squares if pow(square, (FIELD - 1) // 2, FIELD) == 1)


CANONICAL = {
    "of order 1": encoded(1, 0),
    "of order 2": encoded(FIELD - 1, 0),
    "of order 4": encoded(0, 0),
    "of order 4, negative": encoded(0, 1),
    "of order 8": encoded(y_of_order_8(), 0),
    "of order 8, negative": encoded(y_of_order_8(), 1),
    "of order 8, the other": encoded(FIELD - y_of_order_8(), 0),
    "of order 8, the other, negative": encoded(FIELD - y_of_order_8(), 1),
}
OTHER_SPELLINGS = {
    "1 with the sign of 0": encoded(1, 1),
    "-1 with the sign of 0": encoded(FIELD - 1, 1),
    **{f"p + {more}, sign {sign}": encoded(FIELD + more, sign) for more in range(19) for sign in (0, 1)},
}


def proof_of_nobody(key: bytes, attempt: int) -> str:
    """Signed with no private key at all."""
    header = {"typ": "dpop+jwt", "alg": "EdDSA", "jwk": {"kty": "OKP", "crv": "Ed25519", "x": base64url(key)}}
    claims = {"jti": str(attempt), "htm": "GET", "htu": URL, "iat": int(NOW.timestamp())}
    claims["ath"] = base64url(hashlib.sha256(TOKEN.encode()).digest())
    signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{base64url(OF_EVERYBODY)}"


def is_signed(key: bytes, proof: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(OF_EVERYBODY, proof.rpartition(".")[0].encode())
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize("name", CANONICAL)
def test_a_proof_that_nobody_has_signed_is_refused_although_its_signature_is_good(name):
    key = CANONICAL[name]
    good = next((made for attempt in range(400) if is_signed(key, made := proof_of_nobody(key, attempt))), None)
    assert good is not None, "the library takes it"
    assert_refused(good)


@pytest.mark.parametrize("name", CANONICAL | OTHER_SPELLINGS)
def test_every_spelling_of_such_a_point_is_known(name):
    key = (CANONICAL | OTHER_SPELLINGS)[name]
    assert is_weak(key)
    for attempt in range(20):
        assert_refused(proof_of_nobody(key, attempt))


def test_no_key_that_somebody_made_is_refused():
    assert not any(is_weak(Ed25519PrivateKey.generate().public_key().public_bytes_raw()) for _ in range(200))
    key = DeviceKey("EdDSA")
    assert read(key.proof("GET", URL, NOW, access_token=TOKEN)).thumbprint == key.thumbprint


def test_a_point_of_p_256_that_is_at_infinity_has_no_spelling():
    """The same weakness cannot be had with ES256: the curve has prime order."""
    zeros = base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")
    key = DeviceKey()
    for x, y in ((zeros, zeros), (zeros, key.jwk["y"]), (key.jwk["x"], zeros)):
        assert_refused(key.proof("GET", URL, NOW, access_token=TOKEN, header={"jwk": key.jwk | {"x": x, "y": y}}))
