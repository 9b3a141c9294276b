"""Key derivation: one secret gives one key for each purpose, so that no key serves two purposes."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES = 32


def hkdf_sha256(secret: bytes, *, salt: bytes, info: bytes) -> bytes:
    """Derive 32 bytes from `secret` (HKDF, RFC 5869)."""
    return HKDF(SHA256(), _KEY_BYTES, salt, info).derive(secret)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that are derived from one secret. `key_id` names them and reveals none of them.

    `ed25519_seed` (32 bytes) and `p256_seed` (64 bytes) are the seeds of the access keys for EdDSA and ES256. Every secret has
    keys for all three algorithms, so that the algorithm can be changed at any time and older tokens stay valid.
    """

    access_token_key: bytes = field(repr=False)
    ed25519_seed: bytes = field(repr=False)
    p256_seed: bytes = field(repr=False)
    refresh_token_secret: bytes = field(repr=False)
    password_link_key: bytes = field(repr=False)
    dpop_nonce_key: bytes = field(repr=False)
    upload_ticket_key: bytes = field(repr=False)
    pending_login_key: bytes = field(repr=False)
    challenge_key: bytes = field(repr=False)
    enrolment_key: bytes = field(repr=False)
    mailed_proof_key: bytes = field(repr=False)
    key_id: str

    @classmethod
    def derive(cls, secret: str | bytes) -> "Keys":
        """Derive all keys from a secret: the configured secret key, or the random bytes of a row of `auth_signing_key`."""
        secret = secret.encode() if isinstance(secret, str) else secret
        return cls(
            access_token_key=hkdf_sha256(secret, salt=b"", info=b"rxapp access token"),
            ed25519_seed=hkdf_sha256(secret, salt=b"", info=b"rxapp access token EdDSA"),
            p256_seed=b"".join(hkdf_sha256(secret, salt=b"", info=b"rxapp access token ES256 " + half) for half in (b"1", b"2")),
            refresh_token_secret=hkdf_sha256(secret, salt=b"", info=b"rxapp refresh token"),
            password_link_key=hkdf_sha256(secret, salt=b"", info=b"rxapp password link"),
            dpop_nonce_key=hkdf_sha256(secret, salt=b"", info=b"rxapp DPoP nonce"),
            upload_ticket_key=hkdf_sha256(secret, salt=b"", info=b"rxapp upload ticket"),
            pending_login_key=hkdf_sha256(secret, salt=b"", info=b"rxapp pending login"),
            challenge_key=hkdf_sha256(secret, salt=b"", info=b"rxapp challenge"),
            enrolment_key=hkdf_sha256(secret, salt=b"", info=b"rxapp enrolment"),
            mailed_proof_key=hkdf_sha256(secret, salt=b"", info=b"rxapp mailed proof"),
            key_id=hkdf_sha256(secret, salt=b"", info=b"rxapp key id")[:6].hex(),
        )
