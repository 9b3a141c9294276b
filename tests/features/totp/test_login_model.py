"""A login in any order of steps, tabs, restarts and thefts: a session begins only after a password and a second factor.

Only on a browser that its user trusts the password is enough, until something ends the trust.
"""

from contextlib import suppress

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from rxapp.auth import AuthError, AuthService, Client, SecondFactorRequired
from rxapp.auth.core.errors import InputRefused
from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.core.login.pending_logins import PendingLoginEnded
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.core.login.trusted_devices import TRUST_DEVICE, Person
from rxapp.auth.features.new_password.rules import ANSWER, begin_by_link
from rxapp.auth.features.totp.rules import devices
from rxapp.auth.features.totp.rules.codes import new_secret
from tests.conftest import PASSWORD
from tests.one_time_codes import begin, code_at, enrol

BROWSERS = [Client(device_key=ProvedKey(name * 43)) for name in "ab"] + [Client()]
NEW_PASSWORDS = [f"plumb orbit cadet vixen {number}" for number in range(100)]


class Logins(RuleBasedStateMachine):
    """`pending` are the pending logins that anybody holds, each with the browser that began it.

    The model remembers each code that was accepted, in which browser a pending login was begun, and until when the user trusts
    which browser. Nothing else lets one in.
    """

    service: AuthService
    clock = None
    number = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).number += 1
        name = f"user{self.number}"
        self.user = self.service.create_user(name, PASSWORD)
        self.name, self.password, self.links = name, PASSWORD, []
        identity = self.service.verify_access(self.service.log_in(name, PASSWORD).access_token)
        self.secret, self.recovery = enrol(self.service, identity, self.clock)
        self.identity, self.trusted, self.devices = identity, {}, 1
        self.used = {code_at(self.secret, self.clock())}
        self.seen_codes, self.pending, self.passwords, self.sessions = [], [], iter(NEW_PASSWORDS), 0

    def note(self, attempt, browser, *, gave=None):
        """Run a step; what it asks for next is kept. Returns the pair if it let somebody in."""
        try:
            result = attempt()
        except LoginIncomplete as incomplete:
            self.pending.append((incomplete, browser, gave is not None or not isinstance(incomplete, SecondFactorRequired)))
            return None
        except AuthError:
            return None
        return result

    def _require_both(self, pair, browser):
        amr = self.service.verify_access(pair.access_token, browser).amr
        assert set(amr) & {"otp", "recovery"}
        self.sessions += 1

    def _trusts(self, browser):
        return browser.device_key is not None and self.clock() < self.trusted.get(browser.device_key.thumbprint, self.clock())

    @rule(browser=st.sampled_from(BROWSERS), is_right=st.booleans())
    def give_password(self, browser, is_right):
        password = self.password if is_right else "wrong"
        pair = self.note(lambda: self.service.log_in(self.name, password, browser), browser)
        assert (pair is not None) == (is_right and self._trusts(browser)), "only a trusted browser needs no second factor"
        if pair is not None:
            assert self.service.verify_access(pair.access_token, browser).amr == ("pwd",)

    @rule(browser=st.sampled_from(BROWSERS))
    def ask_for_a_link_and_use_it(self, browser):
        link = self.service.administration.issue_password_link(self.user.id)

        def begin():
            raise begin_by_link(self.service, link, browser)

        assert self.note(begin, browser) is None
        assert isinstance(self.pending[-1][0], SecondFactorRequired), "trust excuses nobody who comes by a link"

    @precondition(lambda self: self.pending)
    @rule(
        data=st.data(), steps=st.integers(-2, 2), browser=st.sampled_from([None, *BROWSERS]), trust=st.sampled_from(["", "true"])
    )
    def give_a_code(self, data, steps, browser, trust):
        code = code_at(self.secret, self.clock(), steps)
        answers = {"method": "otp", "code": code, TRUST_DEVICE: trust}
        self._answer(data, answers, browser, is_good=abs(steps) <= 1 and code not in self.used, code=code)

    @precondition(lambda self: self.pending)
    @rule(data=st.data(), browser=st.sampled_from([None, *BROWSERS]), trust=st.sampled_from(["", "true"]))
    def give_a_recovery_code(self, data, browser, trust):
        code = data.draw(st.sampled_from(self.recovery))
        answers = {"method": "recovery", "code": code, TRUST_DEVICE: trust}
        self._answer(data, answers, browser, is_good=code not in self.used, code=code)

    @precondition(lambda self: self.pending)
    @rule(data=st.data(), answers=st.sampled_from([{}, {"method": "pwd", "code": PASSWORD}, {"method": "otp", "code": "000000"}]))
    def give_nonsense(self, data, answers):
        self._answer(data, answers, None, is_good=False, code=None)

    @precondition(lambda self: self.pending)
    @rule(data=st.data(), browser=st.sampled_from([None, *BROWSERS]))
    def choose_a_password(self, data, browser):
        incomplete, began_in, has_factor = data.draw(st.sampled_from(self.pending))
        new, where = next(self.passwords), browser or began_in
        found = self.note(lambda: self.service.login.go_on(incomplete.pending_login, {ANSWER: new}, where), where)
        if found is not None:
            assert incomplete.stage == "new_password"
            assert has_factor, "a link alone let somebody in"
            self.password, self.trusted = new, {}
            self._require_both(found.pair, where)

    def _answer(self, data, answers, browser, *, is_good, code):
        incomplete, began_in, _ = data.draw(st.sampled_from(self.pending))
        where = browser or began_in
        kept = len(self.pending)
        go_on = lambda: self.service.login.go_on(incomplete.pending_login, answers, where)  # noqa: E731
        found = self.note(go_on, where, gave=code)
        if found is not None or len(self.pending) > kept:  # the stage is passed
            assert is_good, "a code was accepted that is wrong, too old, or was used"
            assert incomplete.stage == "second_factor"
            if began_in.device_key is not None:
                assert where is began_in, "another browser went on with it"
            self.used.add(code)
            if answers["method"] == "otp":
                self.used |= {code_at(self.secret, self.clock(), step) for step in range(-2, 1) if self._is_before(code, step)}
        if found is not None:
            self._require_both(found.pair, where)
            if answers.get(TRUST_DEVICE) and where.device_key is not None:
                self.trusted[where.device_key.thumbprint] = self.clock() + self.service.settings.trusted_device_lifetime

    def _is_before(self, code, step):
        """Whether the code of this step is older than the one that was just accepted."""
        accepted = next(each for each in (1, 0, -1) if code_at(self.secret, self.clock(), each) == code)
        return step < accepted

    @rule(browser=st.sampled_from(BROWSERS[:2]))
    def give_both_and_trust_the_browser(self, browser):
        """All steps at once: by chance they seldom come in this order."""
        self.clock.move(seconds=91)
        code = code_at(self.secret, self.clock())
        if self._trusts(browser):
            return
        answers = {"method": "otp", "code": code, TRUST_DEVICE: "true"}
        pair = self.service.login.go_on(begin(self.service, self.name, self.password, browser), answers, browser).pair
        self.used |= {code_at(self.secret, self.clock(), step) for step in range(-3, 1)}
        self._require_both(pair, browser)
        self.trusted[browser.device_key.thumbprint] = self.clock() + self.service.settings.trusted_device_lifetime

    @rule(how=st.sampled_from(["password", "factor", "log out", "ask again"]))
    def end_the_trust(self, how):
        if how == "password":
            self.password = next(self.passwords)
            self.service.administration.set_password(self.user.id, self.password)
        elif how == "factor":
            secret = new_secret()
            step = {"code": code_at(secret, self.clock()), "name": "Tablet"}
            with suppress(InputRefused):  # they have ten already
                devices.add(self.service, Person(self.user.id), secret, **step)
        elif how == "log out":
            self.service.accounts.end_other_sessions(self.identity)
        else:
            for each in self.service.trusted_devices.of(self.identity):
                self.service.trusted_devices.end(self.identity, each.id)
        with self.service.database.connect() as db:
            count = devices.count_devices(db, self.user.id)
        if how != "factor" or count > self.devices:
            self.trusted = {}
        self.devices = count

    @rule(seconds=st.sampled_from([1, 29, 30, 61, 601, 30 * 86_400 - 1, 30 * 86_400]))
    def wait(self, seconds):
        self.clock.move(seconds=seconds)

    @invariant()
    def only_the_browsers_of_the_model_are_trusted(self):
        trusted = [until for until in self.trusted.values() if self.clock() < until]
        assert len(self.service.trusted_devices.of(self.identity)) == len(trusted)

    @rule()
    def restart_the_server(self):
        self.service = AuthService(self.service.settings, self.service.database, self.clock)


@pytest.mark.parametrize("steps", [25])
def test_no_order_of_steps_tabs_restarts_and_thefts_begins_a_session_without_a_second_factor(service, clock, steps):
    machine = type("LoginsHere", (Logins,), {"service": service, "clock": clock})
    run_state_machine_as_test(machine, settings=hypothesis_settings(max_examples=25, stateful_step_count=steps, deadline=None))


def test_a_pending_login_of_another_browser_is_worthless(service, clock, enrolled):
    mine, thief = BROWSERS[:2]
    with pytest.raises(SecondFactorRequired) as begun:
        service.log_in("johndoe", PASSWORD, mine)
    answers = {"method": "otp", "code": code_at(enrolled.secret, clock())}
    for other in (thief, Client()):
        with pytest.raises(AuthError) as refused:
            service.login.go_on(begun.value.pending_login, answers, other)
        assert refused.value.code == "invalid_dpop_proof"
    assert service.login.go_on(begun.value.pending_login, answers, mine), "the code is not spent by the thief's attempt"


def test_a_pending_login_from_before_the_app_was_added_does_not_get_around_it(settings, service, identity, clock, database):
    strict = AuthService(settings.model_copy(update={"renew_refused_passwords": True}), database, clock)
    with pytest.raises(LoginIncomplete) as before:
        strict.log_in("johndoe", PASSWORD)
    assert before.value.stage == "new_password"
    enrol(service, identity, clock)
    with pytest.raises(PendingLoginEnded):
        strict.login.go_on(before.value.pending_login, {ANSWER: NEW_PASSWORDS[0]}, BROWSERS[2])
