"""Sender-constrained sessions (RFC 9449): what the server asks of a proof, over HTTP and in a page."""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from collections.abc import Collection
from datetime import timedelta

from rxapp.auth.core.clock import Clock
from rxapp.auth.core.dpop.proof import DpopProof, read_proof
from rxapp.auth.core.dpop.replay import SpentProofs
from rxapp.auth.core.errors import DpopNonceRequired, InvalidDpopProof, InvalidToken
from rxapp.auth.core.identity.proved_key import ProvedKey, base64url
from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.keys.key_ring import KeyRing

NONCE_LIFETIME = timedelta(minutes=5)
"""A nonce is a moment and a MAC over it, so that any worker knows it again and nobody has to remember it."""

PAGE_METHOD = "POST"
PAGE_URL = "urn:rxapp:page"
"""What a page signs in place of a method and a URL: a proof made for HTTP never proves a page's key, nor the other way round."""

_CLOCK = struct.Struct(">Q")
_MAC_BYTES = 16


class Dpop:
    """Gives nonces, reads proofs, and sees to it that each is used once."""

    def __init__(self, key_ring: KeyRing, clock: Clock, spent: SpentProofs) -> None:
        self._key_ring = key_ring
        self._clock = clock
        self._spent = spent

    def prove_request(self, proof: str, *, method: str, urls: Collection[str], access_token: str | None = None) -> ProvedKey:
        """The key proved by the `DPoP` header of an HTTP request; arguments as for `read_proof`.

        Raises `InvalidDpopProof`, or `DpopNonceRequired` where all is well but the nonce.
        """
        found = read_proof(proof, method=method, urls=urls, now=self._clock(), access_token=access_token)
        if not self._is_own_nonce(found.nonce):
            raise DpopNonceRequired
        return ProvedKey(found.thumbprint, found.proof_id)

    def prove_page(self, proof: str, challenge: str) -> ProvedKey:
        """The key proved by a page over a challenge that was given to it alone and once, or `InvalidDpopProof`."""
        found: DpopProof = read_proof(proof, method=PAGE_METHOD, urls=(PAGE_URL,), now=self._clock())
        if found.nonce != challenge:
            raise InvalidDpopProof
        return ProvedKey(found.thumbprint)

    def spend(self, key: ProvedKey) -> None:
        """Use up the proof by which `key` was proved, or raise `InvalidDpopProof` if it was used before."""
        if key.proof_id:
            self._spent.spend(key)

    def new_challenge(self) -> str:
        """What a page is asked to sign: 128 random bits."""
        return secrets.token_urlsafe(16)

    def new_nonce(self) -> str:
        """What a client over HTTP is asked to sign, good for `NONCE_LIFETIME`."""
        moment = _CLOCK.pack(int(self._clock().timestamp()))
        return base64url(moment + _mac(self._key_ring.signer().keys, moment))

    def _is_own_nonce(self, nonce: str) -> bool:
        try:
            raw = base64.urlsafe_b64decode(nonce + "=" * (-len(nonce) % 4))
        except (binascii.Error, ValueError):
            return False
        moment, mac = raw[: _CLOCK.size], raw[_CLOCK.size :]
        if len(moment) != _CLOCK.size:
            return False
        try:
            self._key_ring.require_any(lambda keys: hmac.compare_digest(mac, _mac(keys, moment)))
        except InvalidToken:
            return False
        age = self._clock().timestamp() - _CLOCK.unpack(moment)[0]
        return age <= NONCE_LIFETIME.total_seconds()


def _mac(keys: Keys, moment: bytes) -> bytes:
    return hmac.digest(keys.dpop_nonce_key, moment, hashlib.sha256)[:_MAC_BYTES]
