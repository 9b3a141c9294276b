"""What tells of a theft stays in the audit log, however much noise strangers make, and fills it no more than they do."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from rxapp.auth import AuthService, Client, InvalidCredentials, InvalidToken, SessionRevoked, WrongPassword
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventFilter, EventKind
from rxapp.auth.core.errors import InvalidDpopProof
from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.core.throttling.action_limits import RECORDS_PER_PERIOD
from rxapp.auth.core.throttling.failure_log import RECORDS_PER_SESSION
from tests.conftest import PASSWORD
from tests.core.throttling.test_throttle_redis import RealRedis

HERE = Client("192.0.2.7", "curl/8.5.0")
OWNER = Client("198.51.100.9", "Mozilla/5.0", ProvedKey("k" * 43))


@pytest.fixture
def copied(service, johndoe):
    """The pair of a session that is bound to a key, which the thief does not have."""
    return service.log_in("johndoe", PASSWORD, OWNER)


def use_copy(service, pair, times=1, client=HERE):
    for _ in range(times):
        with pytest.raises(InvalidDpopProof):
            service.verify_access(pair.access_token, client)


def make_noise(service, client=HERE):
    """All that costs a stranger nothing."""
    for attempt in range(RECORDS_PER_PERIOD + 10):
        with pytest.raises(InvalidToken):
            service.refresh("", "", client)
        with pytest.raises(InvalidCredentials):
            service.log_in(f"nobody {attempt}", "wrong", client)


def details(service, kind=EventKind.DEVICE_PROOF_REFUSED):
    """Oldest first."""
    with service.database.connect() as db:
        return [row.detail for row in reversed(events.newest(db, EventFilter(kind=kind), limit=1_000))]


class TestNoise:
    def test_a_copied_token_leaves_its_trace_although_its_thief_has_made_all_the_noise_that_is_written_down(
        self, service, copied
    ):
        make_noise(service)
        use_copy(service, copied, times=40)
        assert details(service) == [""] * RECORDS_PER_SESSION + [f"and {40 - RECORDS_PER_SESSION} more"]

    def test_noise_hides_neither_probing_nor_password_guesses_at_an_open_screen_nor_late_refreshes(self, service, pair):
        identity = service.verify_access(pair.access_token)
        make_noise(service)
        facts = {"user_id": identity.user_id, "session_id": identity.session_id, "client": HERE}
        service.failures.record(EventKind.PERMISSION_DENIED, detail="GET /api/customers", **facts)
        with pytest.raises(WrongPassword):
            service.confirmation.confirm(identity, "pwd", "wrong", HERE)
        service.revoke(identity.session_id)
        with pytest.raises(SessionRevoked):
            service.refresh(pair.access_token, pair.refresh_token, HERE)
        assert details(service, EventKind.PERMISSION_DENIED) == ["GET /api/customers"]
        assert details(service, EventKind.PASSWORD_CONFIRMATION_FAILED) == [""]
        assert details(service, EventKind.REFRESH_REFUSED)[-1] == "session_revoked"

    def test_forged_refreshes_do_not_hide_failed_logins_of_the_same_address(self, service, johndoe):
        for _ in range(RECORDS_PER_PERIOD + 10):
            with pytest.raises(InvalidToken):
                service.refresh("", "", HERE)
        with pytest.raises(InvalidCredentials):
            service.log_in("johndoe", "wrong", HERE)
        assert len(details(service, EventKind.LOGIN_FAILED)) == 1

    def test_a_session_hides_no_other(self, service, copied):
        another = service.log_in("johndoe", PASSWORD, OWNER)
        use_copy(service, copied, times=40)
        use_copy(service, another)
        assert details(service)[-1] == ""

    def test_changing_the_address_writes_no_more(self, service, copied):
        for number in range(40):
            use_copy(service, copied, client=Client(f"198.51.100.{number}"))
        assert len(details(service)) == RECORDS_PER_SESSION + 1


class TestSummaryRow:
    def test_each_period_begins_with_its_first_attempt(self, service, copied, clock):
        use_copy(service, copied, times=RECORDS_PER_SESSION + 2)
        clock.move(minutes=5)
        copied = service.refresh(copied.access_token, copied.refresh_token, OWNER)
        use_copy(service, copied)
        use_copy(service, copied, times=RECORDS_PER_SESSION + 4)
        singles = [""] * RECORDS_PER_SESSION
        assert details(service) == [*singles, "and 2 more", *singles, "and 5 more"]

    def test_it_has_who_when_and_from_where(self, service, copied, johndoe):
        use_copy(service, copied, times=RECORDS_PER_SESSION + 9)
        with service.database.connect() as db:
            row = events.newest(db, EventFilter(), limit=1)[0]
        assert (row.kind, row.user_id, row.address) == (EventKind.DEVICE_PROOF_REFUSED, johndoe.id, HERE.address)

    def test_kinds_count_each_for_themselves(self, service, pair):
        identity = service.verify_access(pair.access_token)
        facts = {"user_id": identity.user_id, "session_id": identity.session_id, "client": HERE}
        for number in range(RECORDS_PER_SESSION + 3):
            for kind in (EventKind.PERMISSION_DENIED, EventKind.PASSWORD_CONFIRMATION_FAILED):
                service.failures.record(kind, detail=f"GET /and {number} more", **facts)
        assert details(service, EventKind.PERMISSION_DENIED)[-2:] == [f"GET /and {RECORDS_PER_SESSION - 1} more", "and 3 more"]
        assert details(service, EventKind.PASSWORD_CONFIRMATION_FAILED)[-1] == "and 3 more"

    def test_of_a_flood_it_is_written_now_and_then_and_never_far_behind(self, service, copied, monkeypatch):
        written = []
        monkeypatch.setattr(events, "update_summary", lambda *args, since: written.append(args[3]))
        with service.database.connect() as db:
            session_id = db.execute(events.select(events._event.c.session_id).order_by(events._event.c.id.desc())).scalar()
        for _ in range(3_000):
            service.failures.record(EventKind.DEVICE_PROOF_REFUSED, session_id=session_id, client=HERE)
        assert len(written) < 200
        assert written[-1] >= 0.93 * (3_000 - RECORDS_PER_SESSION)
        assert written == sorted(written)

    def test_of_many_at_once_none_is_lost(self, service, copied):
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda _: use_copy(service, copied), range(40)))
        found = details(service)
        assert len(found) == RECORDS_PER_SESSION + 1
        assert sum(detail.startswith("and ") for detail in found) == 1


class TestOverRedis:
    @pytest.fixture
    def redis(self, tmp_path):
        redis = RealRedis(tmp_path)
        yield redis
        redis.kill()

    @pytest.fixture
    def workers(self, redis, settings, sqlite_database, clock):
        settings = settings.model_copy(update={"redis_url": redis.url})
        one, other = (AuthService(settings, sqlite_database, clock) for _ in range(2))
        one.create_user("johndoe", PASSWORD)
        return one, other

    def test_workers_count_together(self, workers):
        one, other = workers
        pair = one.log_in("johndoe", PASSWORD, OWNER)
        make_noise(one)
        for service in (one, other) * 20:
            use_copy(service, pair)
        assert details(one) == [""] * RECORDS_PER_SESSION + [f"and {40 - RECORDS_PER_SESSION} more"]

    def test_while_it_is_away_the_first_is_still_written(self, workers, redis):
        one, _ = workers
        pair = one.log_in("johndoe", PASSWORD, OWNER)
        redis.kill()
        use_copy(one, pair, times=40)
        assert details(one)[:1] == [""]
        assert len(details(one)) <= RECORDS_PER_SESSION + 1

    def test_the_counters_of_a_session_go_by_themselves(self, workers, redis):
        one, _ = workers
        use_copy(one, one.log_in("johndoe", PASSWORD, OWNER))
        client = Redis.from_url(redis.url)
        assert all(0 < client.ttl(key) <= 3_600 for key in client.keys("rxapp:throttle*"))
