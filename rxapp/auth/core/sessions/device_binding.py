"""Sessions that are bound to a device's key. Their tokens are useless without a proof of that key."""

from typing import NoReturn

from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.dpop.nonces import Dpop
from rxapp.auth.core.errors import DeviceKeyRequired, InvalidDpopProof, OtherDevice
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.sessions.rows import StoredSession
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.core.throttling.failure_log import FailureLog


class DeviceBinding:
    """Binds a session to a key when the session begins, and requires the key whenever its tokens are used."""

    def __init__(self, settings: Settings, dpop: Dpop, failures: FailureLog) -> None:
        self._settings = settings
        self._dpop = dpop
        self._failures = failures

    def key_for_login(self, client: Client) -> str | None:
        """The thumbprint of the key that a new session of `client` is bound to. None if the client proves no key.

        Raises `InvalidDpopProof` for a proof that was used before, and `DeviceKeyRequired` if sessions must be bound.
        """
        if client.device_key is not None:
            self._dpop.spend(client.device_key)
            return client.device_key.thumbprint
        if self._settings.require_device_key:
            raise DeviceKeyRequired
        return None

    def key_for_replacement(self, replaced: StoredSession, client: Client) -> str | None:
        """The thumbprint for the session that replaces `replaced`. An unbound session never replaces a bound one.

        Raises the same errors as `key_for_login`. The holder of a bound session has proved its key with this request, so the
        proof is not spent again.
        """
        return replaced.device_key_thumbprint or self.key_for_login(client)

    def require_key(self, session: StoredSession, client: Client) -> None:
        """Raise `InvalidDpopProof`, and record it, unless `client` proves the session's key with a proof not used before.

        A proof that is sent with unbound tokens is refused as well (RFC 9449 §7.1).
        """
        key = client.device_key
        if session.device_key_thumbprint is None and (key is None or not key.proof_id):
            return
        if key is None or key.thumbprint != session.device_key_thumbprint:
            self._refuse(session, client)
        try:
            self._dpop.spend(key)
        except InvalidDpopProof:
            self._refuse(session, client)

    def _refuse(self, session: StoredSession, client: Client) -> NoReturn:
        kind = EventKind.DEVICE_PROOF_REFUSED
        self._failures.record(kind, client=client, user_id=session.user_id, session_id=session.id)
        raise OtherDevice


def is_bound_to(thumbprint: str | None, client: Client) -> bool:
    """Whether `client` may use tokens that are bound to the key of this thumbprint. None means: bound to no key."""
    return thumbprint is None or (client.device_key is not None and client.device_key.thumbprint == thumbprint)


def can_use_fast_path(thumbprint: str | None, client: Client) -> bool:
    """The same, and the client sent no proof to spend. So nothing more has to be looked up or recorded."""
    return is_bound_to(thumbprint, client) and (client.device_key is None or not client.device_key.proof_id)
