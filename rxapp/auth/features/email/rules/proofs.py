"""Mailed proofs: the link and the code in a message. Both are computed from a row and the server's keys, and never stored.

A link is `rxm1_` + base64url(id ‖ MAC). A code is six digits of another MAC. Where a proof lets somebody in, its row has a digest
of the password hash and the nonce that the user had when it was made: what ends set-password links ends it. A message may be sent
later than that, so the digest is not computed then.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import AuthError, InvalidCredentials, OtherDevice
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.keys.key_ring import KeyRing
from rxapp.auth.core.login.email_errors import MailedProofEnded
from rxapp.auth.core.login.second_factor import WrongCode
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.throttling.throttle import PROOFS
from rxapp.auth.features.email.rules import proof_rows
from rxapp.auth.features.email.rules.proof_rows import StoredProof

PREFIX = "rxm1_"
"""It names the format, and secret scanners can find a leaked link by it."""

_ID_BYTES, _MAC_BYTES = 16, 32
_ENCODED_LENGTH = ((_ID_BYTES + _MAC_BYTES) * 8 + 5) // 6
_DIGITS = 6


class _TriedTooOften(InvalidCredentials):
    """Counts as a wrong code. Otherwise it would make earlier wrong ones good."""


class Secrets(NamedTuple):
    """What the message has. `code` is empty where there is none."""

    link: str
    code: str


def secrets_of(key_ring: KeyRing, proof: StoredProof) -> Secrets:
    """The link and the code, for the message."""
    keys = key_ring.signer().keys
    raw = proof.id.bytes + _mac(keys, proof, b"link")
    link = PREFIX + base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return Secrets(link, _code(keys, proof) if proof.purpose in proof_rows.HAVE_CODES else "")


def by_link(service: AuthService, link: str) -> tuple[StoredProof, User]:
    """The proof and the user of a link. Nothing is spent: a page may show what it is for. Raises `MailedProofEnded`."""
    proof_id, mac = _parse(link)
    proof = _find(service, proof_id)
    user = _user_of(service, proof)
    if proof is None or user is None or not proof_rows.is_good(proof, user, service.clock()):
        raise MailedProofEnded
    _require(service.key_ring, lambda keys: hmac.compare_digest(mac, _mac(keys, proof, b"link")))
    return proof, user


def by_code(service: AuthService, proof_id: str, code: str, client: Client) -> tuple[StoredProof, User]:
    """The proof and the user of a code that was typed where it was asked for. Nothing is spent.

    Each attempt counts before the code is compared, so attempts at once are no more than attempts in a row. They count for the
    message, and for the mailbox and the network from which they come: strangers elsewhere do not use up those of the owner. For a
    mailbox that nobody has all is the same, in every step. Raises `WrongCode`, `TooManyRequests`,
    `OtherDevice` in another browser, and `MailedProofEnded`.
    """
    try:
        wanted = UUID(proof_id)
    except (ValueError, AttributeError, TypeError):
        raise MailedProofEnded from None
    proof = _find(service, wanted)
    if proof is None or proof.purpose not in proof_rows.HAVE_CODES:
        raise MailedProofEnded
    presented = client.device_key.thumbprint if client.device_key else None
    if proof.device_key_thumbprint not in (None, presented):
        raise OtherDevice
    now = service.clock()
    if not proof_rows.may_be_tried(proof, now):
        raise MailedProofEnded
    try:
        with service.throttle.password_attempt(f"mailed code {proof.counted_as}", client.address, pace=PROOFS):
            _count(service, proof, now)
            user, is_right = _user_of(service, proof), _is_code(service.key_ring, proof, code)
            if user is None or not is_right or not proof_rows.is_good(proof, user, now):
                raise WrongCode
            return proof, user
    except _TriedTooOften:
        raise MailedProofEnded from None


def _count(service: AuthService, proof: StoredProof, now: datetime) -> None:
    with service.database.transaction() as db:
        is_allowed = proof_rows.count_try(db, proof, now)
    if not is_allowed:
        raise _TriedTooOften


def _find(service: AuthService, proof_id: UUID) -> StoredProof | None:
    with service.database.connect() as db:
        return proof_rows.find(db, proof_id)


def _user_of(service: AuthService, proof: StoredProof | None) -> User | None:
    """The user of the proof. For nobody the same is asked of the database: the time must not tell."""
    with service.database.read() as db:
        return db.get(User, (proof.user_id if proof is not None else None) or proof_rows.NOBODY)


def _parse(link: str) -> tuple[UUID, bytes]:
    if not isinstance(link, str) or len(link) != len(PREFIX) + _ENCODED_LENGTH or not link.startswith(PREFIX):
        raise MailedProofEnded
    try:
        raw = base64.b64decode(link.removeprefix(PREFIX), altchars="-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise MailedProofEnded from error
    return UUID(bytes=raw[:_ID_BYTES]), raw[_ID_BYTES:]


def _is_code(key_ring: KeyRing, proof: StoredProof, code: str) -> bool:
    digits = "".join(code.split())
    typed = digits if digits.isascii() else ""  # half of a surrogate pair cannot be encoded
    try:
        _require(key_ring, lambda keys: hmac.compare_digest(typed.encode(), _code(keys, proof).encode()))
    except MailedProofEnded:
        return False
    return True


def _require(key_ring: KeyRing, is_right: Any) -> None:
    try:
        key_ring.require_any(is_right)
    except AuthError as error:
        raise MailedProofEnded from error


def _code(keys: Keys, proof: StoredProof) -> str:
    return f"{int.from_bytes(_mac(keys, proof, b'code')[:8], 'big') % 10**_DIGITS:0{_DIGITS}}"


def _mac(keys: Keys, proof: StoredProof, what: bytes) -> bytes:
    of = (proof.purpose, str(proof.user_id or ""), proof.address, proof.bound_to)
    parts = (what, proof.id.bytes, proof.salt, *(text.encode() for text in of))
    return hmac.digest(keys.mailed_proof_key, b"\0".join(parts), hashlib.sha256)
