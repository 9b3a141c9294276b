"""Nonces and challenges for DPoP proofs (RFC 9449), over HTTP and in a page, and the verification of proofs against them."""

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
from rxapp.auth.core.dpop.spent_proofs import SpentProofs
from rxapp.auth.core.errors import DpopNonceRequired, InvalidToken
from rxapp.auth.core.identity.proved_key import ProvedKey, base64url
from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.keys.key_ring import KeyRing

NONCE_LIFETIME = timedelta(minutes=5)
"""A nonce is a timestamp and its MAC. So any worker can verify it, and no worker stores it."""

PAGE_METHOD = "POST"
PAGE_URL = "urn:rxapp:page"
"""A page signs these as `htm` and `htu`. So a proof for HTTP is useless in a page, and a page's proof is useless over HTTP."""

_CLOCK = struct.Struct(">Q")
_MAC_BYTES = 16


class Dpop:
    """Issues nonces, verifies proofs, and makes sure that each proof is used once."""

    def __init__(self, key_ring: KeyRing, clock: Clock, spent: SpentProofs) -> None:
        self._key_ring = key_ring
        self._clock = clock
        self._spent = spent

    def prove_request(self, proof: str, *, method: str, urls: Collection[str], access_token: str | None = None) -> ProvedKey:
        """The key that the `DPoP` header of an HTTP request proves. The arguments are those of `read_proof`.

        Raises `InvalidDpopProof`, or `DpopNonceRequired` if only the nonce is wrong.
        """
        found = read_proof(proof, method=method, urls=urls, now=self._clock(), access_token=access_token)
        if not self._is_own_nonce(found.nonce):
            raise DpopNonceRequired
        return ProvedKey(found.thumbprint, found.proof_id)

    def prove_page(self, proof: str, challenge: str) -> ProvedKey:
        """The key that a page proves. `challenge` was given to this page only, and once.

        Raises `InvalidDpopProof`, or `DpopNonceRequired` if the proof is of another challenge.
        """
        found: DpopProof = read_proof(proof, method=PAGE_METHOD, urls=(PAGE_URL,), now=self._clock())
        if found.nonce != challenge:
            raise DpopNonceRequired
        return ProvedKey(found.thumbprint)

    def spend(self, key: ProvedKey) -> None:
        """Mark the proof of `key` as used. Raises `InvalidDpopProof` if it was used before."""
        if key.proof_id:
            self._spent.spend(key)

    def new_challenge(self) -> str:
        """The challenge that a page signs: 128 random bits."""
        return secrets.token_urlsafe(16)

    def new_nonce(self) -> str:
        """The nonce that a client signs over HTTP, valid for `NONCE_LIFETIME`."""
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
