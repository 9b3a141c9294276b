"""One-time codes (RFC 6238): six digits, a new code each 30 seconds, SHA-1. Other parameters are ignored by some apps."""

import hmac
import re
from datetime import datetime
from urllib.parse import quote

from pyotp import random_base32
from pyotp.hotp import HOTP
from pyotp.totp import TOTP

STEP_SECONDS = 30
"""RFC 6238 §5.2."""

DRIFT_STEPS = 1
"""Codes of the step before and of the step after are good too: the device's clock differs, and typing takes time (§5.2)."""

_CODE = re.compile(r"[0-9]{6}")
_SEPARATORS = re.compile(r"[\s-]")


SECRET_BYTES = 20
"""160 bits, as RFC 4226 §4 (R6) recommends."""


def new_secret() -> str:
    """A random secret in base32."""
    return random_base32(SECRET_BYTES * 8 // 5)


_LABEL_LENGTH = 90
"""Characters of a name in the link. A longer one makes a QR code that is slow to draw, and hard to read for a phone."""


def enrolment_uri(secret: str, user_name: str, app_name: str) -> str:
    """The link that an authenticator app reads from the QR code. Long names are cut."""
    return TOTP(secret).provisioning_uri(name=_cut(user_name), issuer_name=_cut(app_name))


def _cut(name: str) -> str:
    while len(quote(name)) > _LABEL_LENGTH:
        name = name[:-1]
    return name


def matching_step(secret: str, typed: str, now: datetime) -> int | None:
    """The step of time to which this code belongs, if it is good `now`. People may type blanks and hyphens."""
    code = _SEPARATORS.sub("", typed)
    if not _CODE.fullmatch(code):
        return None
    generator, current, found = HOTP(secret), int(now.timestamp()) // STEP_SECONDS, None
    for step in range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1):
        if hmac.compare_digest(generator.at(step), code):
            found = step
    return found
