"""Keys and everything else in any order: no live client is ever signed out.

Clients log in and refresh on either of two workers, links are made and opened; meanwhile keys are rotated, the secret key and the
algorithm are changed, workers restart, time passes, and old rows are pruned. As long as a client's session is within its lifetime
and its idle timeout, each refresh must succeed, with the pair that it holds and with the one before if its answer was lost.
"""

import hypothesis.strategies as st
import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from pydantic import SecretStr

from rxapp.auth import AuthService, SessionExpired, SessionIdle
from rxapp.auth.core.keys.key_ring import PROPAGATION_DELAY
from rxapp.auth.core.maintenance.key_rotation import KeyState, describe_keys, rotate
from rxapp.auth.core.maintenance.pruning import prune
from tests.clock import MovableClock
from tests.conftest import PASSWORD

WORKERS = st.integers(0, 1)
DAY = 24 * 3600


class Client:
    """Holds a pair; the protocol says until when."""

    def __init__(self, pair, now) -> None:
        self.pair = pair
        self.began_at = self.used_at = now


class Rotations(RuleBasedStateMachine):
    settings = None
    database = None

    def __init__(self) -> None:
        super().__init__()
        self.clock = MovableClock()
        self.secrets = ["k" * 40]
        self.algorithm = "HS256"
        self.clients = []
        self.links = []
        self.workers = [self._worker(), self._worker()]

    def _worker(self) -> AuthService:
        secret, *previous = map(SecretStr, self.secrets)
        keys = {"secret_key": secret, "previous_secret_keys": tuple(previous), "access_token_algorithm": self.algorithm}
        return AuthService(self.settings.model_copy(update=keys), self.database, self.clock)

    @initialize()
    def the_database_has_neither_keys_nor_sessions_yet(self):
        with self.database.transaction() as db:
            db.exec_driver_sql("DELETE FROM auth_signing_key")
            db.exec_driver_sql("DELETE FROM auth_session")

    @rule(worker=WORKERS)
    def somebody_logs_in(self, worker):
        if len(self.clients) < 6:
            self.clients.append(Client(self.workers[worker].log_in("johndoe", PASSWORD), self.clock()))

    @rule(worker=WORKERS, answer_is_lost=st.booleans(), data=st.data())
    @precondition(lambda self: self.clients)
    def a_client_refreshes(self, worker, answer_is_lost, data):
        client = data.draw(st.sampled_from(self.clients))
        now, settings = self.clock(), self.settings
        is_over = now >= client.began_at + settings.session_lifetime or now >= client.used_at + settings.session_idle_timeout
        try:
            answer = self.workers[worker].refresh(client.pair.access_token, client.pair.refresh_token)
        except (SessionExpired, SessionIdle):
            assert is_over
            self.clients.remove(client)
            return
        assert not is_over
        client.used_at = now
        assert self.workers[1 - worker].access_tokens.identify(answer.access_token)
        if not answer_is_lost:
            self.workers[1 - worker].verify_access(answer.access_token)
            client.pair = answer

    @rule(worker=WORKERS)
    def a_link_is_made(self, worker):
        service = self.workers[worker]
        user = service.administration.find_user("johndoe")
        self.links = [(service.administration.issue_password_link(user.id), self.clock())]  # the one before is good no more

    @rule(worker=WORKERS)
    @precondition(lambda self: self.links)
    def a_link_is_opened(self, worker):
        link, made_at = self.links.pop(0)
        if self.clock() < made_at + self.settings.password_link_lifetime:
            assert self.workers[worker].accounts.user_of_link(link).user_name == "johndoe"

    @rule(worker=WORKERS)
    def keys_are_rotated(self, worker):
        rotate(self.workers[worker].settings, self.database, self.clock)

    @rule(number=st.integers(0, 10_000))
    def the_secret_key_is_changed_on_all_workers(self, number):
        """The previous one stays configured until a rotation has stored what it is needed for."""
        self.secrets = [f"{number:040d}", *(secret for secret in self.secrets if secret != f"{number:040d}")]
        self.workers = [self._worker(), self._worker()]

    @rule()
    @precondition(lambda self: len(self.secrets) > 1)
    def a_rotation_makes_the_previous_secret_keys_unnecessary(self):
        rotate(self.workers[0].settings, self.database, self.clock)
        del self.secrets[1:]
        self.workers = [self._worker(), self._worker()]

    @rule(algorithm=st.sampled_from(["HS256", "EdDSA", "ES256"]), worker=WORKERS)
    def a_worker_restarts_perhaps_with_another_algorithm(self, algorithm, worker):
        self.algorithm = algorithm
        self.workers[worker] = self._worker()

    @rule()
    def old_rows_are_pruned(self):
        list(prune(self.settings, self.database, self.clock))

    @rule(seconds=st.sampled_from([1, 29, 31, 119, 121, 301, 3600, DAY - 1, 3 * DAY, 40 * DAY]))
    def time_passes(self, seconds):
        self.clock.move(seconds=seconds)

    @invariant()
    def exactly_one_key_is_current_and_all_can_be_read(self):
        keys = describe_keys(self.workers[0].settings, self.database, self.clock)
        states = [key.state for key in keys]
        assert states.count(KeyState.CURRENT) == 1
        assert KeyState.UNREADABLE not in states
        assert all(key.active_from <= self.clock() + PROPAGATION_DELAY for key in keys if key.active_from)


@pytest.mark.parametrize("examples", [15, pytest.param(40, marks=pytest.mark.thorough)])
def test_in_every_order_of_rotations_logins_refreshes_and_time_no_live_client_is_signed_out(settings, database, examples):
    AuthService(settings, database).create_user("johndoe", PASSWORD)
    Rotations.settings, Rotations.database = settings, database
    run_state_machine_as_test(Rotations, settings=hypothesis_settings(max_examples=examples, stateful_step_count=30))
