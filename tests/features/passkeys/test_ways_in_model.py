"""Adding, using and removing passkeys and the password in any order: there is always a way in, and no removed one works."""

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from rxapp.auth import AuthError, AuthService, SecondFactorRequired, SessionRevoked
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.core.login.passkey_errors import LastWayIn
from rxapp.auth.features.passkeys.rules import own_passkeys
from rxapp.auth.features.passkeys.rules.own_password import remove_password, set_password
from rxapp.auth.features.passkeys.rules.use import log_in, login_options, options_of_pending
from tests.authenticator import BE, BS, UP, UV, add_passkey

GOOD = "plumb orbit cadet vixen"
FIRST_TWENTY = st.integers(0, 19)


class WaysIn(RuleBasedStateMachine):
    """The model knows which passkeys there are, whether there is a password, and what each session began with."""

    service: AuthService
    clock = None
    number = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).number += 1
        self.name = f"user{self.number}"
        self.service.create_user(self.name, GOOD)
        self.identity = self.service.verify_access(self.service.log_in(self.name, GOOD).access_token)
        self.has_password, self.asks = True, False
        self.passkeys, self.removed, self.sessions = {}, [], []

    def _enter(self, made):
        pair = log_in(self.service, made.get(login_options(self.service))).pair
        return self.service.verify_access(pair.access_token)

    def _expect_ended(self, method):
        for session in [each for each in self.sessions if method in each.amr]:
            with pytest.raises(SessionRevoked):
                self.service.verify_session(session.session_id)
            self.sessions.remove(session)

    @rule(is_synced=st.booleans())
    def add(self, is_synced):
        if len(self.passkeys) == 20:
            return
        made = add_passkey(self.service, self.identity, flags=UP | UV | (BE | BS if is_synced else 0))
        (row,) = [each for each in own_passkeys.overview_of(self.service, self.identity)[0] if each.credential_id == made.id]
        assert row.asks_after_password == self.asks
        self.passkeys[row.id] = made
        self.clock.move(seconds=1)

    @rule(which=FIRST_TWENTY)
    def use_one(self, which):
        if self.passkeys:
            made = list(self.passkeys.values())[which % len(self.passkeys)]
            self.sessions.append(self._enter(made))

    @rule(which=FIRST_TWENTY)
    def use_a_removed_one(self, which):
        if self.removed:
            with pytest.raises(AuthError):
                self._enter(self.removed[which % len(self.removed)])

    @rule(which=FIRST_TWENTY)
    def remove_one(self, which):
        if not self.passkeys:
            return
        row_id = list(self.passkeys)[which % len(self.passkeys)]
        if len(self.passkeys) == 1 and not self.has_password:
            with pytest.raises(LastWayIn):
                own_passkeys.remove(self.service, self.identity, row_id)
            return
        own_passkeys.remove(self.service, self.identity, row_id)
        self.removed.append(self.passkeys.pop(row_id))
        self.asks = self.asks and bool(self.passkeys)
        self._expect_ended("pop")

    @rule(asks=st.booleans())
    def ask_after_the_password(self, asks):
        if self.passkeys:
            own_passkeys.ask_after_password(self.service, self.identity, asks=asks)
            self.asks = asks

    @rule()
    def remove_the_password(self):
        if not self.has_password:
            return
        if not self.passkeys:
            with pytest.raises(LastWayIn):
                remove_password(self.service, self.identity)
            return
        remove_password(self.service, self.identity)
        self.has_password = False
        self._expect_ended("pwd")

    @rule()
    def set_a_password(self):
        if not self.has_password:
            set_password(self.service, self.identity, GOOD)
            self.has_password = True

    @rule(which=FIRST_TWENTY)
    def use_the_password(self, which):
        if not self.has_password:
            with pytest.raises(AuthError):
                self.service.log_in(self.name, GOOD)
        elif not self.asks:
            self.sessions.append(self.service.verify_access(self.service.log_in(self.name, GOOD).access_token))
        else:
            with pytest.raises(SecondFactorRequired) as required:
                self.service.log_in(self.name, GOOD)
            pending = required.value.pending_login
            made = list(self.passkeys.values())[which % len(self.passkeys)]
            answer = made.get(options_of_pending(self.service, pending), flags=made.flags & ~UV)
            pair = self.service.login.go_on(pending, {"method": "pop", "code": answer}, NO_CLIENT).pair
            self.sessions.append(self.service.verify_access(pair.access_token))

    @rule()
    def restart_the_server(self):
        self.clock.move(seconds=1)
        self.service = AuthService(self.service.settings, self.service.database, self.clock)

    @invariant()
    def there_is_a_way_in(self):
        assert self.has_password or self.passkeys


@pytest.mark.parametrize("steps", [25])
def test_no_order_of_steps_loses_the_last_way_in_or_keeps_a_removed_one(service, clock, steps):
    machine = type("WaysInHere", (WaysIn,), {"service": service, "clock": clock})
    run_state_machine_as_test(machine, settings=hypothesis_settings(max_examples=25, stateful_step_count=steps, deadline=None))
