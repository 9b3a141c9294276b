"""A login is under way while its user's second factors change: what has begun under the old rules ends with them."""

import itertools
from collections import Counter

import pytest
from sqlalchemy.exc import OperationalError

from rxapp.auth import AuthService, DatabaseUnavailable, InvalidToken, PendingLoginEnded, TooManyRequests, WrongCode
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.dpop.spent_proofs import SpentProofsUnavailable
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.core.login.second_factor import SecondFactorRequired, SecondFactorStage
from rxapp.auth.features.new_password.rules import ANSWER, begin_by_link, log_in_by_link
from rxapp.auth.features.totp.rules import devices
from rxapp.auth.features.totp.rules.factors import TotpFactor
from tests.conftest import PASSWORD
from tests.one_time_codes import begin, code_at, enrol

GOOD = "plumb orbit cadet vixen"


AWAY = DatabaseUnavailable(OperationalError("", {}, OSError()), may_retry=False)


@pytest.fixture
def meanwhile(monkeypatch):
    """Runs something right after the code of a login was found right."""

    def arrange(act):
        verify = TotpFactor.verify

        def verify_and_act(self, *given):
            verify(self, *given)
            act()

        monkeypatch.setattr(TotpFactor, "verify", verify_and_act)

    return arrange


def answer(secret, clock):
    return {"method": "otp", "code": code_at(secret, clock())}


def test_a_reset_leaves_no_session_of_a_login_whose_code_was_right_a_moment_before(service, identity, enrolled, clock, meanwhile):
    meanwhile(lambda: service.second_factors.reset(identity.user_id))
    with pytest.raises(PendingLoginEnded):
        service.login.go_on(begin(service), answer(enrolled.secret, clock), NO_CLIENT)
    assert service.accounts.sessions_of(identity) == []


def test_nor_does_the_removal_of_the_device(service, identity, enrolled, clock, meanwhile):
    meanwhile(lambda: devices.remove(service, identity, devices_of(service, identity)[0].id))
    with pytest.raises(PendingLoginEnded):
        service.login.go_on(begin(service), answer(enrolled.secret, clock), NO_CLIENT)


def devices_of(service, identity):
    with service.database.connect() as db:
        return devices.devices_of(db, identity.user_id)


def test_a_password_that_was_right_before_an_enrolment_begins_no_session_after_it(service, identity, clock, monkeypatch):
    is_due, enrolled = SecondFactorStage.is_due, []

    def due_and_enrol(stage, attempt):
        found = is_due(stage, attempt)
        if not enrolled:
            enrolled.append(enrol(service, identity, clock))
        return found

    monkeypatch.setattr(SecondFactorStage, "is_due", due_and_enrol)
    with pytest.raises(SecondFactorRequired):
        service.log_in("johndoe", PASSWORD)


def test_a_link_whose_login_began_before_the_enrolment_sets_no_password_after_it(service, identity, clock):
    pending = begin_by_link(service, service.administration.issue_password_link(identity.user_id)).pending_login
    enrol(service, identity, clock)
    with pytest.raises(PendingLoginEnded):
        service.login.go_on(pending, {ANSWER: GOOD}, NO_CLIENT)


def test_a_link_from_before_a_change_of_second_factors_is_dead(service, identity, clock):
    link = service.administration.issue_password_link(identity.user_id)
    enrol(service, identity, clock)
    with pytest.raises(InvalidToken):
        log_in_by_link(service, link, GOOD)
    link = service.administration.issue_password_link(identity.user_id)
    service.second_factors.reset(identity.user_id)
    with pytest.raises(InvalidToken):
        log_in_by_link(service, link, GOOD)


def test_a_pending_login_ends_with_the_last_device_and_no_code_is_called_wrong(service, identity, enrolled, clock):
    pending = begin(service)
    devices.remove(service, identity, devices_of(service, identity)[0].id)
    with pytest.raises(PendingLoginEnded):
        service.login.go_on(pending, answer(enrolled.secret, clock), NO_CLIENT)


@pytest.mark.parametrize("outage", [AWAY, SpentProofsUnavailable()])
def test_an_outage_is_no_wrong_code(settings, service, enrolled, clock, monkeypatch, outage):
    limited = AuthService(settings.model_copy(update={"login_rate_limit": 5}), service.database, clock)
    pending = begin(limited)

    def unavailable(*_):
        raise outage

    with monkeypatch.context() as away:
        away.setattr(TotpFactor, "verify", unavailable)
        for _ in range(9):
            with pytest.raises(type(outage)):
                limited.login.go_on(pending, answer(enrolled.secret, clock), NO_CLIENT)
    assert limited.login.go_on(pending, answer(enrolled.secret, clock), NO_CLIENT)


def test_outages_in_between_do_not_give_more_guesses_a_day(settings, service, enrolled, clock, monkeypatch):
    limited = AuthService(settings.model_copy(update={"login_rate_limit": 5}), service.database, clock)
    verify, times = TotpFactor.verify, itertools.count()

    def away_every_fourth_time(self, *given):
        if next(times) % 4 == 3:
            raise AWAY
        verify(self, *given)

    monkeypatch.setattr(TotpFactor, "verify", away_every_fourth_time)
    refusals = Counter()
    for _ in range(60):
        with pytest.raises((WrongCode, DatabaseUnavailable, TooManyRequests)) as refused:
            limited.login.go_on(begin(limited), {"method": "otp", "code": "000000"}, NO_CLIENT)
        refusals[refused.type] += 1
    assert refusals[WrongCode] <= 21 < refusals[TooManyRequests] + 21


def test_the_owner_sees_that_somebody_knew_the_password(service, identity, enrolled):
    begin(service)
    (seen,) = service.administration.events(EventFilter(kind="second_factor_asked"), limit=9)[1]
    assert (seen.user_id, seen.session_id) == (identity.user_id, None)
