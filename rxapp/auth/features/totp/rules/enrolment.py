"""Adding an authenticator app in the middle of a login.

The secret is computed from the pending login, with a key of the server: nothing is stored until a code has confirmed it, and
whoever has not begun this login does not know it.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import InvalidToken
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.login.second_factor import CODE, WrongCode
from rxapp.auth.core.login.trusted_devices import Person
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.totp.rules import devices
from rxapp.auth.features.totp.rules.codes import SECRET_BYTES, enrolment_uri, matching_step
from rxapp.auth.features.totp.rules.factors import OTP

DEVICE_NAME, DEFAULT_NAME = "deviceName", "Phone"
"""The name of the answer with a name for the app, and the name if there is none."""


class TotpEnrolment:
    """An `Enrolment`."""

    method = OTP

    def __init__(self, service: AuthService) -> None:
        self._service = service

    def begin(self, user: User, pending_login: str) -> dict[str, str]:
        """The secret, and the link for the app."""
        secret = _secret_of(self._service.key_ring.signer().keys, pending_login)
        return {"secret": secret, "uri": enrolment_uri(secret, user.user_name, self._service.settings.app_name)}

    def enrol(self, user: User, pending_login: str, answers: Mapping[str, str], client: Client) -> list[str]:
        """Add the app if it has made the code. Raises `WrongCode`, `InputRefused`, or `PendingLoginEnded`."""
        service, code, found = self._service, answers.get(CODE, ""), []

        def makes_the_code(keys: Keys) -> bool:
            secret = _secret_of(keys, pending_login)
            if matching_step(secret, code, service.clock()) is not None:
                found.append(secret)
            return bool(found)

        try:
            service.key_ring.require_any(makes_the_code)  # another key may have become the newest since `begin`
        except InvalidToken:
            raise WrongCode from None
        name = answers.get(DEVICE_NAME, "").strip() or DEFAULT_NAME
        return devices.add(service, Person(user.id), found[0], client, code=code, name=name, unchanged=user)


def _secret_of(keys: Keys, pending_login: str) -> str:
    raw = hmac.digest(keys.enrolment_key, pending_login.encode(), hashlib.sha256)[:SECRET_BYTES]
    return base64.b32encode(raw).decode()
