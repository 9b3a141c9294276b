"""What `doctor` says of passkeys."""

import pytest

from rxapp.auth.doctor.findings import Verdict
from rxapp.auth.features.passkeys import checks
from rxapp.auth.features.passkeys.checks import check
from tests.authenticator import add_passkey


def verdict(settings, database, **change):
    (found,) = check(settings.model_copy(update=change), database)
    return found


def test_it_is_well_where_all_addresses_have_the_id(settings, database):
    found = verdict(settings, database, public_origins=("https://app.example.com", "https://www.app.example.com"))
    assert (found.verdict, found.says) == (Verdict.OK, "valid for app.example.com")


def test_an_address_in_which_browsers_refuse_it_is_a_warning_and_with_passkeys_a_problem(settings, database, service, pair):
    change = {"public_origins": ("https://app.example.com", "https://www.example.com")}
    assert verdict(settings, database, **change).verdict is Verdict.WARNING
    add_passkey(service, service.verify_access(pair.access_token))
    found = verdict(settings, database, **change)
    assert found.verdict is Verdict.PROBLEM
    assert "https://www.example.com" in found.says
    assert "RXAPP_PASSKEY_RP_ID" in found.mend


def test_in_production_without_an_address_it_is_a_warning(settings, database):
    assert verdict(settings, database, environment="production").verdict is Verdict.WARNING


@pytest.mark.parametrize(("has_passkeys", "expected"), [(False, Verdict.WARNING), (True, Verdict.PROBLEM)])
def test_without_the_extra_it_says_so(settings, database, service, pair, monkeypatch, has_passkeys, expected):
    if has_passkeys:
        add_passkey(service, service.verify_access(pair.access_token))
    monkeypatch.setattr(checks, "is_installed", lambda: False)
    found = verdict(settings, database)
    assert found.verdict is expected
    assert "rxapp[passkeys]" in found.mend
