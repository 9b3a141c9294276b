"""The second factors that this feature brings: the code of a device, and a recovery code."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from rxapp.auth.core.audit import events
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.login.second_factor import EVER, WrongCode
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.totp.rules import devices, recovery_codes

OTP, RECOVERY = "otp", "recovery"
"""The names in `amr`. `otp` is that of RFC 8176 §2, which has none for a recovery code."""


class TotpFactor:
    """A `SecondFactor`: the code of one of the user's devices."""

    method = OTP
    is_backup = False

    def __init__(self, service: AuthService) -> None:
        self._service = service

    def is_available(self, user: User) -> bool:
        """Whether the user has a device."""
        with self._service.database.connect() as db:
            return devices.count_devices(db, user.id) > 0

    def is_wanted(self, user: User) -> bool:
        """Whoever has a device is asked for its code."""
        return self.is_available(user)

    def verify(self, user: User, answer: str, client: Client) -> None:
        """Spend the code. Raises `WrongCode` if no device has made it, or if it was spent before."""
        devices.verify(self._service, user.id, answer)

    def count(self, db: Connection, user_id: UUID) -> int:
        """How many devices the user has."""
        return devices.count_devices(db, user_id)

    count_wanted = count

    def remove_all(self, db: Connection, user_id: UUID, since: datetime = EVER) -> int:
        """Remove all devices that the user has added since then."""
        return devices.remove_all(db, user_id, since)


class RecoveryFactor:
    """A `SecondFactor`: one of the user's recovery codes."""

    method = RECOVERY
    is_backup = True

    def __init__(self, service: AuthService) -> None:
        self._service = service

    def is_available(self, user: User) -> bool:
        """Whether the user has a code left."""
        with self._service.database.connect() as db:
            return recovery_codes.count_codes(db, user.id) > 0

    def is_wanted(self, user: User) -> bool:
        """Codes only stand in for a device."""
        return False

    def verify(self, user: User, answer: str, client: Client) -> None:
        """Use up the code. Raises `WrongCode` if it is wrong or was used before."""
        now = self._service.clock()
        with self._service.database.transaction() as db:
            if not recovery_codes.use_code(db, user.id, answer, now, self._service.settings):
                raise WrongCode
            left = recovery_codes.count_codes(db, user.id)
            events.record(db, "recovery_code_used", now, user_id=user.id, client=client, detail=f"{left} left")

    def count(self, db: Connection, user_id: UUID) -> int:
        """None: codes only stand in for another factor."""
        return 0

    count_wanted = count

    def remove_all(self, db: Connection, user_id: UUID, since: datetime = EVER) -> int:
        """Remove all codes that the user has made since then. They are no factor of their own, so they do not count."""
        recovery_codes.delete_codes(db, user_id, since)
        return 0
