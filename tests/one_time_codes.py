"""An authenticator app, as a person holds it."""

from typing import NamedTuple

from pyotp.totp import TOTP

from rxapp.auth import AuthService, SecondFactorRequired
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.features.totp.rules import devices
from rxapp.auth.features.totp.rules.codes import new_secret
from tests.conftest import PASSWORD


def code_at(secret, moment, steps=0) -> str:
    """The code that an app shows at that time, or some steps of 30 seconds later."""
    return TOTP(secret).at(moment, counter_offset=steps)


class Enrolled(NamedTuple):
    """What a person has after they have added a device."""

    secret: str
    recovery_codes: list[str]


def enrol(service, identity, clock, *, name="Phone") -> Enrolled:
    secret = new_secret()
    return Enrolled(secret, devices.add(service, identity, secret, code=code_at(secret, clock()), name=name))


def begin(service: AuthService, user_name="johndoe", password=PASSWORD, client=NO_CLIENT) -> str:
    """The pending login of a user with a second factor."""
    try:
        service.log_in(user_name, password, client)
    except SecondFactorRequired as required:
        return required.pending_login
    raise AssertionError("no second factor was asked for")
