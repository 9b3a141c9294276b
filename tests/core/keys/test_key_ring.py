"""The key ring: which key signs when, and how seldom it asks for the keys."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from rxapp.auth import InvalidToken
from rxapp.auth.core.clock import CLOCK_SKEW_LEEWAY
from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.keys.jwt_keys import derive_access_keys
from rxapp.auth.core.keys.key_ring import PROPAGATION_DELAY, PUBLIC_KEYS_MAX_AGE, RELOAD_INTERVAL, KeyRing, RingKey

OLD, NEW = Keys.derive("o" * 40), Keys.derive("n" * 40)
MOMENT = timedelta(microseconds=1)


class Store:
    """Keys that are kept somewhere, and how often somebody looked."""

    def __init__(self, *keys):
        self.keys = list(keys)
        self.looks = 0

    def __call__(self, _moment):
        self.looks += 1
        return list(self.keys)


@pytest.fixture
def store():
    return Store(RingKey(OLD))


@pytest.fixture
def ring(store, clock):
    return KeyRing(store, clock)


@pytest.fixture
def rotate(store, clock):
    def rotate():
        used_from = clock() + PROPAGATION_DELAY
        store.keys = [RingKey(OLD, retired_at=used_from), RingKey(NEW, active_from=used_from)]

    return rotate


def has_new(keys):
    return keys is NEW


class TestSigning:
    def test_a_new_key_signs_from_the_moment_that_was_set_and_not_before(self, ring, rotate, clock):
        ring.signer()
        rotate()
        clock.now += PROPAGATION_DELAY - MOMENT
        assert ring.signer().keys is OLD
        clock.now += MOMENT
        assert ring.signer().keys is NEW

    def test_a_process_that_signs_then_has_loaded_it_whenever_its_last_load_was(self, store, rotate, clock):
        began = clock()
        for seconds in range(int(RELOAD_INTERVAL.total_seconds())):
            store.keys, clock.now = [RingKey(OLD)], began
            ring = KeyRing(store, clock)
            ring.signer()
            clock.move(seconds=seconds)
            rotate()
            clock.now += PROPAGATION_DELAY
            assert ring.signer().keys is NEW

    def test_a_clock_that_is_set_back_goes_back_to_the_key_of_that_time(self, ring, rotate, clock):
        rotate()
        clock.now += PROPAGATION_DELAY
        assert ring.signer().keys is NEW
        clock.move(hours=-1)
        assert ring.signer().keys is OLD
        ring.require_any(has_new)

    def test_the_delay_is_long_enough_for_a_process_then_a_cache_then_a_clock_that_is_late(self):
        assert PROPAGATION_DELAY >= RELOAD_INTERVAL + PUBLIC_KEYS_MAX_AGE + CLOCK_SKEW_LEEWAY


class TestReloads:
    def test_verifying_with_a_loaded_key_never_reloads(self, ring, store, clock):
        header = derive_access_keys(OLD)["HS256"].header
        ring.signer()
        clock.move(days=400)
        assert ring.find_by_header(header)
        assert ring.access_key(OLD.key_id)
        ring.require_any(lambda keys: keys is OLD)
        assert store.looks == 1

    def test_signing_reloads_once_in_each_interval(self, ring, store, clock):
        for _ in range(100):
            ring.signer()
        clock.now += RELOAD_INTERVAL - MOMENT
        ring.signer()
        assert store.looks == 1
        clock.now += MOMENT
        ring.signer()
        assert store.looks == 2

    def test_an_unknown_key_id_causes_one_reload(self, ring, rotate, store, clock):
        ring.signer()
        rotate()
        clock.now += PROPAGATION_DELAY
        assert ring.access_key(NEW.key_id).kid == NEW.key_id
        assert store.looks == 2

    def test_a_token_without_a_key_id_causes_one_reload_too(self, ring, rotate, store, clock):
        """Refresh tokens and links."""
        ring.signer()
        rotate()
        clock.now += PROPAGATION_DELAY
        ring.require_any(has_new)
        assert store.looks == 2

    def test_a_thousand_forged_tokens_cost_one_reload(self, ring, store, clock):
        ring.signer()
        clock.now += RELOAD_INTERVAL
        for number in range(1_000):
            with pytest.raises(InvalidToken):
                ring.access_key(f"{number:012x}")
            with pytest.raises(InvalidToken):
                ring.require_any(lambda _keys: False)
        assert store.looks == 2

    def test_threads_that_come_at_once_reload_once(self, ring, store):
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda _: ring.signer(), range(64)))
        assert store.looks == 1

    @pytest.mark.parametrize("kid", [None, "", 7, "../../etc/passwd", "' OR 1=1 --", "\0"])
    def test_anything_else_in_place_of_a_key_id_is_refused(self, ring, kid):
        with pytest.raises(InvalidToken):
            ring.access_key(kid)

    def test_a_failed_reload_is_not_remembered(self, clock):
        answers = [RuntimeError("the database is away"), [RingKey(OLD)]]

        def load(_moment):
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        ring = KeyRing(load, clock)
        with pytest.raises(RuntimeError):
            ring.signer()
        assert ring.signer().keys is OLD


def test_a_key_that_is_removed_verifies_nothing_any_more(ring, store, clock):
    store.keys = [RingKey(NEW), RingKey(OLD, retired_at=clock())]
    ring.signer()
    ring.require_any(lambda keys: keys is OLD)
    store.keys = [RingKey(NEW)]
    clock.now += RELOAD_INTERVAL
    ring.signer()
    with pytest.raises(InvalidToken):
        ring.require_any(lambda keys: keys is OLD)
    with pytest.raises(InvalidToken):
        ring.access_key(OLD.key_id)
