"""Throttling with a real Redis: one set of counters for all workers, and nobody is refused because Redis is away."""

import subprocess

import pytest
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from rxapp.auth import AuthService, Client, InvalidCredentials, TooManyRequests
from rxapp.auth.core.settings.production_checks import RATE_LIMITS
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.core.throttling.counters import REDIS_PAUSE
from tests.clock import MovableClock
from tests.conftest import PASSWORD
from tests.e2e.production_server import find_redis_server

HERE = Client("192.0.2.7")
DEFAULTS = {name: Settings.model_fields[name].default for name in RATE_LIMITS}


class RealRedis:
    """A server on a socket of its own, which can be killed and started again without what it held."""

    def __init__(self, directory) -> None:
        self._socket = directory / "redis.sock"
        self.url = f"unix://{self._socket}"
        self.start()

    def start(self) -> None:
        command = [find_redis_server(), "--port", "0", "--unixsocket", str(self._socket), "--save", ""]
        self._process = subprocess.Popen(command, cwd=self._socket.parent, stdout=subprocess.DEVNULL)
        until_it_listens = Retry(ConstantBackoff(0.01), 500, supported_errors=(OSError, RedisError))
        Redis.from_url(self.url, retry=until_it_listens).ping()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def redis(tmp_path):
    redis = RealRedis(tmp_path)
    yield redis
    redis.kill()


@pytest.fixture
def clock():
    """Redis keeps the machine's time, so the clock stands at it."""
    from rxapp.auth import system_clock

    clock = MovableClock()
    clock.now = system_clock()
    return clock


@pytest.fixture
def workers(redis, settings, sqlite_database, clock):
    """Two services on one database, as in two processes."""
    settings = settings.model_copy(update=DEFAULTS | {"redis_url": redis.url})
    one, other = (AuthService(settings, sqlite_database, clock) for _ in range(2))
    one.create_user("johndoe", PASSWORD)
    return one, other


def fail(service, times=1):
    for _ in range(times):
        with pytest.raises(InvalidCredentials):
            service.log_in("johndoe", "wrong", HERE)


def refresh(service, pair):
    return service.refresh(pair.access_token, pair.refresh_token)


def test_failures_at_one_worker_count_at_the_other(workers):
    one, other = workers
    fail(one, times=3)
    fail(other, times=2)
    for service in workers:
        with pytest.raises(TooManyRequests) as refused:
            service.log_in("johndoe", PASSWORD, HERE)
        assert 55 <= refused.value.retry_after_seconds <= 61


def test_a_success_at_one_worker_makes_good_the_failures_at_the_other(workers):
    one, other = workers
    for _ in range(3):
        fail(one, times=4)
        other.log_in("johndoe", PASSWORD, HERE)


def test_rotations_of_a_session_count_together(workers):
    pair = workers[0].log_in("johndoe", PASSWORD, HERE)
    for n in range(30):
        pair = refresh(workers[n % 2], pair)
    for service in workers:
        with pytest.raises(TooManyRequests):
            refresh(service, pair)


def test_redis_holds_no_name_no_address_and_nothing_for_longer_than_a_day(workers, redis):
    fail(workers[0], times=5)
    server = Redis.from_url(redis.url)
    keys = server.keys()
    assert keys
    assert not any(secret in key for key in keys for secret in (b"johndoe", b"192.0.2.7"))
    assert all(0 < server.ttl(key) <= 86_400 for key in keys)


def test_while_redis_is_away_people_log_in_and_stay_signed_in(workers, redis):
    pair = workers[0].log_in("johndoe", PASSWORD, HERE)
    redis.kill()
    for service in workers:
        pair = refresh(service, pair)
        assert service.log_in("johndoe", PASSWORD, HERE)


def test_while_redis_is_away_each_worker_throttles_by_itself(workers, redis):
    redis.kill()
    for service in workers:
        fail(service, times=5)
        with pytest.raises(TooManyRequests):
            service.log_in("johndoe", PASSWORD, HERE)


def test_once_redis_is_back_the_workers_count_together_again(workers, redis, clock):
    redis.kill()
    for service in workers:
        fail(service)
    redis.start()
    clock.now += REDIS_PAUSE
    fail(workers[0], times=3)
    fail(workers[1], times=2)
    with pytest.raises(TooManyRequests):
        workers[0].log_in("johndoe", PASSWORD, HERE)


def test_a_redis_that_fails_is_asked_once_and_then_left_alone_for_a_while(workers, redis, clock, caplog):
    redis.kill()
    for _ in range(3):
        fail(workers[0])
    assert len([record for record in caplog.records if "Redis did not answer" in record.message]) == 1
    clock.now += REDIS_PAUSE
    fail(workers[0])
    assert len([record for record in caplog.records if "Redis did not answer" in record.message]) == 2
