"""What a person sees of their own second factors."""

from collections.abc import Sequence

from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.totp.rules import devices, recovery_codes
from rxapp.auth.features.totp.rules.devices import StoredDevice


def overview_of(service: AuthService, identity: Identity) -> tuple[Sequence[StoredDevice], bool, int]:
    """The person's devices, whether their logins ask for a second factor, and how many recovery codes they have left."""
    with service.database.connect() as db:
        has_factor = service.second_factors.count_wanted(db, identity.user_id) > 0
        return devices.devices_of(db, identity.user_id), has_factor, recovery_codes.count_codes(db, identity.user_id)
