"""Each proof is good once, in one process and in many, and what is remembered is bounded."""

import threading
from datetime import timedelta

import pytest

from chaos.redis_server import RedisServer
from rxapp.auth.core.dpop.spent_proofs import REMEMBERED_FOR, SpentProofsInMemory, SpentProofsInRedis
from rxapp.auth.core.errors import InvalidDpopProof
from rxapp.auth.core.identity.proved_key import ProvedKey

KEY = ProvedKey("k" * 43, "one")


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory):
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server.url
    server.stop()


@pytest.fixture(params=["memory", "redis"])
def spent(request, clock):
    if request.param == "memory":
        return SpentProofsInMemory(clock)
    spent = SpentProofsInRedis(request.getfixturevalue("redis_url"))
    spent._redis.flushall()
    return spent


def test_a_proof_is_good_once(spent):
    spent.spend(KEY)
    with pytest.raises(InvalidDpopProof):
        spent.spend(KEY)


def test_other_proofs_and_other_keys_with_the_same_name_are_others(spent):
    spent.spend(KEY)
    spent.spend(ProvedKey(KEY.thumbprint, "two"))
    spent.spend(ProvedKey("l" * 43, KEY.proof_id))


def test_of_many_who_use_one_at_once_one_wins(spent):
    outcomes = []

    def spend():
        try:
            spent.spend(KEY)
            outcomes.append("in")
        except InvalidDpopProof:
            outcomes.append("out")

    threads = [threading.Thread(target=spend) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in"] + ["out"] * 15


def test_two_workers_share_one_memory(redis_url):
    first, second = SpentProofsInRedis(redis_url), SpentProofsInRedis(redis_url)
    first._redis.flushall()
    first.spend(KEY)
    with pytest.raises(InvalidDpopProof):
        second.spend(KEY)
    (name,) = first._redis.keys()
    assert 60 < first._redis.ttl(name) <= REMEMBERED_FOR.total_seconds(), "and it forgets by itself"


class TestInMemory:
    def test_a_proof_is_remembered_for_as_long_as_it_is_timely(self, clock):
        spent = SpentProofsInMemory(clock)
        spent.spend(KEY)
        clock.now += REMEMBERED_FOR - timedelta(milliseconds=1)
        with pytest.raises(InvalidDpopProof):
            spent.spend(KEY)

    def test_what_is_remembered_does_not_grow_with_time(self, clock):
        spent = SpentProofsInMemory(clock, capacity=10)
        for number in range(100):
            spent.spend(ProvedKey(KEY.thumbprint, str(number)))
            clock.move(seconds=10)
        assert len(spent._forgotten_at) <= 8

    def test_when_full_it_refuses_rather_than_forget(self, clock):
        spent = SpentProofsInMemory(clock, capacity=2)
        spent.spend(KEY)
        spent.spend(ProvedKey(KEY.thumbprint, "two"))
        with pytest.raises(InvalidDpopProof):
            spent.spend(ProvedKey(KEY.thumbprint, "three"))
        with pytest.raises(InvalidDpopProof):
            spent.spend(KEY)
        clock.now += REMEMBERED_FOR
        spent.spend(ProvedKey(KEY.thumbprint, "three"))


def test_what_has_a_name_is_good_once_too_and_is_no_proof(spent):
    assert spent.spend_name("challenge one")
    assert not spent.spend_name("challenge one")
    assert spent.spend_name("challenge two")
    spent.spend(KEY)


def test_it_is_remembered_for_as_long_as_one_says(clock):
    spent = SpentProofsInMemory(clock, remembered_for=timedelta(minutes=5))
    assert spent.spend_name("challenge")
    clock.move(seconds=299)
    assert not spent.spend_name("challenge")
    clock.move(seconds=1)
    assert spent.spend_name("challenge")
