"""What a person sees of their own second factors."""

from collections.abc import Sequence

from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.totp.rules import devices, recovery_codes
from rxapp.auth.features.totp.rules.devices import StoredDevice


def overview_of(service: AuthService, identity: Identity) -> tuple[Sequence[StoredDevice], int]:
    """The person's devices, and how many recovery codes they have left."""
    with service.database.connect() as db:
        return devices.devices_of(db, identity.user_id), recovery_codes.count_codes(db, identity.user_id)
