"""Page state leaves this process sealed: in Redis or on a disk nobody can read or forge it.

Reflex pickles the state of each open page: the tokens that the browser holds, the set-password link on an administrator's screen,
all that the page shows. An attacker who reads Redis could use these tokens, and a forged pickle runs as code in every worker.
Reflex has no hook for this, so we replace the places where it pickles and unpickles, and a test reads what is then in Redis.
"""

import os
import pickle
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from reflex.istate.manager import token as state_tokens
from reflex.state import BaseState
from reflex.utils import token_manager
from reflex_base.utils.exceptions import StateSchemaMismatchError

from rxapp.auth.core.keys.derivation import hkdf_sha256

NONCE_BYTES = 12
"""RFC 8452 §4. Nonces are random. With GCM-SIV a repeated nonce reveals only whether two states are equal."""

_serialize, _deserialize = BaseState._serialize, BaseState._deserialize.__func__


class Seal:
    """Authenticated encryption under a key derived from the secret key (AES-256-GCM-SIV, RFC 8452)."""

    def __init__(self, secret_key: str) -> None:
        self._cipher = AESGCMSIV(hkdf_sha256(secret_key.encode(), salt=b"", info=b"rxapp state at rest"))

    def close(self, data: bytes) -> bytes:
        """Seal the data. Returns nonce ‖ ciphertext ‖ tag."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data, None)

    def open(self, sealed: bytes) -> bytes:
        """Decrypt the data. Raises `pickle.UnpicklingError` unless it was sealed under this key."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
        except (InvalidTag, ValueError):
            raise pickle.UnpicklingError("not sealed under this secret key") from None


class SealedPickle:
    """Replaces `pickle` where Reflex writes to Redis: records of sockets, and updates for pages of other workers."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def dumps(self, value: Any) -> bytes:
        """As `pickle.dumps`, sealed."""
        return self._seal.close(pickle.dumps(value))

    def loads(self, sealed: bytes) -> Any:
        """As `pickle.loads`, but only for data that `dumps` has sealed."""
        return pickle.loads(self._seal.open(sealed))  # noqa: S301  this process or another with the same key has pickled it

    def load(self, file: BinaryIO) -> Any:
        """`loads` from a file."""
        return self.loads(file.read())


def seal_states(secret_key: str) -> None:
    """From now on, seal all page state that Reflex stores.

    State stored under another secret key counts as missing: the page starts with new state, and the tokens in the browser
    identify its person again.

    Needs: `BaseState._serialize()` and `_deserialize()`, and the name `pickle` in two modules of Reflex.
    Why: Reflex has no hook for it.
    Without it: an attacker who can read Redis has everybody's tokens, and one who can write there runs code in every worker.
    """
    seal = Seal(secret_key)

    def serialize(self: BaseState) -> bytes:
        return seal.close(_serialize(self))

    def deserialize(cls: type[BaseState], data: bytes | None = None, fp: BinaryIO | None = None) -> BaseState:
        try:
            opened = seal.open(fp.read() if fp is not None else data or b"")
        except pickle.UnpicklingError as error:
            raise StateSchemaMismatchError(str(error)) from None
        return _deserialize(cls, opened)

    # The type checker does not allow replacing a class method, and thinks that `pickle` is private to these modules.
    BaseState._serialize, BaseState._deserialize = serialize, classmethod(deserialize)  # pyright: ignore[reportAttributeAccessIssue]
    token_manager.pickle = state_tokens.pickle = SealedPickle(seal)  # pyright: ignore[reportPrivateImportUsage]
