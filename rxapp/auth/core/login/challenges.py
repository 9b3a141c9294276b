"""Challenges that a browser's authenticator signs: self-authenticating, good for five minutes, and once.

A challenge is a moment, random bytes and their MAC. So any worker can verify it, and nobody can fill a memory by asking for many.
Only an answer that was right is remembered, until its challenge would be too old anyway.
"""

import hashlib
import hmac
import secrets
import struct
from datetime import timedelta

from rxapp.auth.core.clock import Clock
from rxapp.auth.core.dpop.spent_proofs import SpentProofs
from rxapp.auth.core.errors import AuthError
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.keys.key_ring import KeyRing

LIFETIME = timedelta(minutes=5)

REMEMBERED_FOR = LIFETIME + timedelta(seconds=1)

_CLOCK = struct.Struct(">Q")
_RANDOM_BYTES = 16
_MAC_BYTES = 16
"""128 bits each, as in `dpop.nonces`: nobody guesses one within five minutes. WebAuthn §13.4.3 asks for 16 random bytes."""


class WrongChallenge(AuthError):
    """The challenge was never issued, is too old, was answered before, or is for another purpose, person or browser."""

    code = "wrong_challenge"
    message = "That took too long, or it was answered before. Please try again."


class Challenges:
    """Issues challenges and verifies them. Threads share one instance."""

    def __init__(self, key_ring: KeyRing, clock: Clock, spent: SpentProofs) -> None:
        self._key_ring = key_ring
        self._clock = clock
        self._spent = spent

    def issue(self, purpose: str, bound_to: str, client: Client) -> bytes:
        """A challenge for one purpose, for what `bound_to` names, such as a user, and for the key of `client` if it has one."""
        facts = _CLOCK.pack(int(self._clock().timestamp())) + secrets.token_bytes(_RANDOM_BYTES)
        return facts + _mac(self._key_ring.signer().keys, facts, purpose, bound_to, _key_of(client))

    def verify(self, challenge: bytes, purpose: str, bound_to: str, client: Client) -> None:
        """Raise `WrongChallenge` unless it was issued for all of this, not too long ago. It may have been answered before."""
        facts, mac = challenge[:-_MAC_BYTES], challenge[-_MAC_BYTES:]
        if len(facts) != _CLOCK.size + _RANDOM_BYTES:
            raise WrongChallenge
        keys_proved = {"", _key_of(client)}  # one that was issued before the browser had proved its key is good with any
        try:
            self._key_ring.require_any(
                lambda keys: any(hmac.compare_digest(mac, _mac(keys, facts, purpose, bound_to, key)) for key in keys_proved)
            )
        except AuthError as error:
            raise WrongChallenge from error
        issued_at = _CLOCK.unpack_from(facts)[0]
        is_old = self._clock().timestamp() - issued_at > LIFETIME.total_seconds()
        if is_old or issued_at < self._spent.remembers_since:  # a restart forgets what was answered before it
            raise WrongChallenge

    def spend(self, challenge: bytes) -> None:
        """Mark a challenge as answered. Raises `WrongChallenge` if it was before, and `SpentProofsUnavailable`.

        Call it only when the answer is right in all else: otherwise a stranger could fill the memory.
        """
        if not self._spent.spend_name(f"challenge {challenge.hex()}"):
            raise WrongChallenge


def _key_of(client: Client) -> str:
    return client.device_key.thumbprint if client.device_key else ""


def _mac(keys: Keys, facts: bytes, *meant_for: str) -> bytes:
    return hmac.digest(keys.challenge_key, facts + "\0".join(meant_for).encode(), hashlib.sha256)[:_MAC_BYTES]
