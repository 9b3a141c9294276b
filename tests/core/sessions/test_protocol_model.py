"""The token protocol as a state machine: tabs, lost answers, restarts, new keys, thieves, revocation and time, in any order.

Two facts are held in every order that is tried:

1. The person is never signed out by a race, a retry, a lost answer or a restart. Formally: as long as no thief has presented a
   token of the session, what the person's tabs do fails only when the session's lifetime or idle timeout has passed.
2. A stolen token that is used is always detected when the other party next refreshes. Formally: whoever presents a refresh token
   whose successor was seen in use longer ago than the grace period, or an older one, is answered `TokenReused`, and from then on
   every token of the session is refused.
"""

import hypothesis.strategies as st
import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule, run_state_machine_as_test

from rxapp.auth import (
    AccessTokenExpired,
    AuthService,
    SessionEnded,
    SessionExpired,
    SessionIdle,
    SessionRevoked,
    TokenPair,
    TokenReused,
)
from rxapp.auth.core.database.nonblocking_sqlite import WouldBlock
from rxapp.auth.core.database.tables import AuthSession
from rxapp.auth.core.maintenance.key_rotation import rotate
from rxapp.auth.core.steps import Step, run
from tests.clock import MovableClock
from tests.conftest import PASSWORD

TABS = st.integers(0, 2)
ENDED_BY_TIME = (SessionExpired, SessionIdle)


class OnAnEventLoop(AuthService):
    """Asked as an event loop asks: at once, and if that would wait, by waiting."""

    def refresh(self, *arguments):
        return run(at_once_or_waiting(self.refresh_in_steps(*arguments)))

    def verify_access(self, *arguments, **options):
        try:
            return super().verify_access(*arguments, **options, may_wait=False)
        except WouldBlock:
            return super().verify_access(*arguments, **options)


def at_once_or_waiting(steps):
    """The same steps, each of which is tried before it waits."""
    try:
        step = next(steps)
        while True:
            try:
                answer = yield Step(tried, (step,)) if step.tries else step
            except Exception as error:  # noqa: BLE001  the operation decides
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as done:
        return done.value


def tried(step):
    try:
        return step.call(*step.arguments, may_wait=False)
    except WouldBlock:
        return step.call(*step.arguments)


class Protocol(RuleBasedStateMachine):
    """The person's tabs share one storage, and each acts on its own copy of it; storage events arrive before time passes."""

    settings = None
    database = None
    stolen = Bundle("stolen")

    def __init__(self) -> None:
        super().__init__()
        self.clock = MovableClock()
        self.service = OnAnEventLoop(self.settings, self.database, self.clock)
        self.other = AuthService(self.settings, self.database, self.clock)
        with self.database.transaction() as db:
            db.exec_driver_sql("DELETE FROM auth_signing_key")

    @initialize()
    def log_in(self) -> None:
        self.storage = self.service.log_in("johndoe", PASSWORD)
        self.copies = [self.storage] * 3
        self.logged_in_at = self.rotated_at = self.clock()
        self.newest = 0
        self.seen_at = {}
        self.a_thief_has_acted = False

    # The person

    @rule(tab=TABS, answer_is_lost=st.booleans(), server_goes_on=st.booleans())
    def a_tab_acts(self, tab, answer_is_lost, server_goes_on):
        """As the guard does: verify, or rotate if the access token has expired. The answer may get lost on its way."""
        try:
            answer = self._verify_or_rotate(self.copies[tab])
        except SessionEnded as error:
            self._was_signed_out(error)
            return
        if answer_is_lost and server_goes_on:
            self.service.verify_access(answer.access_token, received=False)
        if not answer_is_lost:
            self.storage = self.copies[tab] = answer

    @rule(tabs=st.lists(TABS, min_size=2, max_size=6))
    def several_tabs_act_before_any_hears_of_the_others(self, tabs):
        held = self.storage
        try:
            answers = [self._verify_or_rotate(held) for _ in tabs]
        except SessionEnded as error:
            self._was_signed_out(error)
            return
        assert len({answer.refresh_token for answer in answers}) == 1, "the same predecessor has the same successor"
        self.storage = answers[-1]

    @rule()
    def the_keys_are_rotated(self):
        rotate(self.settings, self.database, self.clock)

    @rule()
    def another_worker_answers_from_now_on(self):
        self.service, self.other = self.other, self.service

    @rule()
    def the_server_restarts(self):
        self.service = type(self.service)(self.settings, self.database, self.clock)

    @rule()
    def the_person_logs_out_and_in_again(self):
        self.service.end_session_of(self.storage.access_token)
        self._expect_dead(self.storage)
        self.log_in()

    @rule(seconds=st.sampled_from([1, 9, 11, 60, 301, 301, 301, 3600, 20 * 3600]))
    def time_passes(self, seconds):
        self.clock.move(seconds=seconds)
        self.copies = [self.storage] * 3

    # Thieves

    @rule(target=stolen)
    def a_thief_copies_storage(self):
        return self.storage

    @rule(target=stolen, pair=stolen, uses=st.booleans())
    def a_thief_refreshes(self, pair, uses):
        if self._session_id(pair) != self._session_id(self.storage):
            self._expect_dead(pair)
            return multiple()
        self.a_thief_has_acted = True
        try:
            taken = self._refresh(pair)
            if uses:
                self._use(taken)
        except SessionEnded as error:
            self._was_signed_out(error)
            return multiple()
        return taken

    @invariant()
    def the_session_is_one_row_whose_generation_is_the_number_of_its_steps(self):
        with self.database.read() as db:
            assert db.get_one(AuthSession, self._session_id(self.storage)).generation == self.newest

    # What follows from an act

    def _verify_or_rotate(self, held: TokenPair) -> TokenPair:
        try:
            self._use(held)
        except AccessTokenExpired:
            return self._refresh(held)
        return held

    def _use(self, pair: TokenPair) -> None:
        self.service.verify_access(pair.access_token)
        generation = self._generation(pair)
        if generation == self.newest:
            self.seen_at.setdefault(generation, self.clock())

    def _refresh(self, pair: TokenPair) -> TokenPair:
        """Fact 2, for the person and for thieves alike."""
        generation = self._generation(pair)
        seen_at = self.seen_at.get(generation + 1)
        grace = self.settings.rotation_grace_period
        is_spent = generation < self.newest - 1 or (
            generation == self.newest - 1 and seen_at is not None and self.clock() > seen_at + grace
        )
        if is_spent:
            with pytest.raises((TokenReused, *ENDED_BY_TIME)) as refused:
                self.service.refresh(pair.access_token, pair.refresh_token)
            raise refused.value
        answer = self.service.refresh(pair.access_token, pair.refresh_token)
        if generation == self.newest:
            self.newest += 1
            self.rotated_at = self.clock()
        assert self._generation(answer) == self.newest == generation + 1
        return answer

    def _was_signed_out(self, error: SessionEnded) -> None:
        """Fact 1: time is the reason, or there is a thief; and then the session is dead for everyone."""
        if isinstance(error, SessionExpired):
            assert self.clock() >= self.logged_in_at + self.settings.session_lifetime
        elif isinstance(error, SessionIdle):
            assert self.clock() >= self.rotated_at + self.settings.session_idle_timeout
        else:
            assert self.a_thief_has_acted, f"signed out by {error!r} although nobody stole anything"
        self._expect_dead(self.storage)
        self.log_in()

    def _expect_dead(self, pair: TokenPair) -> None:
        with pytest.raises((SessionRevoked, *ENDED_BY_TIME)):
            self.service.refresh(pair.access_token, pair.refresh_token)

    def _generation(self, pair: TokenPair) -> int:
        return self.service.access_tokens.identify(pair.access_token).generation

    def _session_id(self, pair: TokenPair):
        return self.service.access_tokens.identify(pair.access_token).session_id


@pytest.mark.parametrize("examples", [40, pytest.param(150, marks=pytest.mark.thorough)])
def test_the_two_facts_of_the_protocol_hold_in_every_order_of_events(settings, sqlite_database, examples):
    AuthService(settings, sqlite_database).create_user("johndoe", PASSWORD)
    Protocol.settings, Protocol.database = settings, sqlite_database
    run_state_machine_as_test(Protocol, settings=hypothesis_settings(max_examples=examples, stateful_step_count=40))
