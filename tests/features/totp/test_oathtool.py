"""Debian's `oathtool` makes the codes: an implementation of RFC 6238 that is not ours."""

import subprocess
from datetime import timedelta

import pytest

from chaos.debian import find_or_install
from rxapp.auth.features.totp.rules.codes import matching_step, new_secret

OATHTOOL = find_or_install("oathtool", "oathtool")

pytestmark = pytest.mark.skipif(OATHTOOL is None, reason="oathtool cannot be installed here")


def made_by_oathtool(secret, moment) -> str:
    command = [OATHTOOL, "--totp", "--base32", f"--now={moment:%Y-%m-%d %H:%M:%S} UTC", secret]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_its_codes_are_good_at_their_time_and_no_others(clock):
    for _ in range(5):
        secret = new_secret()
        for seconds, is_good in ((-61, False), (-30, True), (0, True), (30, True), (61, False)):
            code = made_by_oathtool(secret, clock() + timedelta(seconds=seconds))
            assert (matching_step(secret, code, clock()) is not None) is is_good, seconds
        clock.move(seconds=17)


def test_a_person_with_it_logs_in(service, enrolled, clock):
    from rxapp.auth.core.identity.client import NO_CLIENT
    from tests.one_time_codes import begin

    answers = {"method": "otp", "code": made_by_oathtool(enrolled.secret, clock())}
    assert service.login.go_on(begin(service), answers, NO_CLIENT)
