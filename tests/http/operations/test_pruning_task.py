"""What is old goes while the app runs: in batches, with pauses, and a database that is away does not end it."""

import asyncio

import pytest
from sqlalchemy.exc import OperationalError

from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.maintenance.pruning import count_prunable_events
from rxapp.auth.http.operations import pruning_task
from rxapp.auth.http.operations.pruning_task import keep_pruning, prune_with_pauses
from rxapp.auth.http.runtime.service import use_service
from tests.web.test_events import in_a_loop


@pytest.fixture
def old(service, johndoe, clock, monkeypatch):
    """Seven old events, and batches of three."""
    use_service(service)
    monkeypatch.setattr("rxapp.auth.core.maintenance.pruning.BATCH_SIZE", 3)
    for _ in range(6):
        service.record(EventKind.LOGIN)
    clock.move(days=181)
    return service


class Enough(Exception):
    pass


def test_all_that_is_old_goes_with_a_pause_after_each_batch(old):
    pauses = []

    async def sleep(seconds):
        pauses.append(seconds)

    assert in_a_loop(prune_with_pauses(old, sleep)) == {"events": 7}
    assert len(pauses) == 3
    assert all(pause > 0 for pause in pauses)


def test_two_that_prune_at_once_remove_everything_once(old):
    async def both():
        return await asyncio.gather(prune_with_pauses(old), prune_with_pauses(old))

    removed = in_a_loop(both())
    assert sum(each["events"] for each in removed) == 7
    assert count_prunable_events(old.settings, old.database, old.clock) == 0


def test_it_goes_on_after_the_database_was_away(old, monkeypatch):
    attempts = []

    async def away(service, sleep):
        attempts.append(1)
        raise OperationalError("", {}, Exception())

    async def sleep(seconds):
        interval = old.settings.prune_interval.total_seconds()
        assert 0.9 * interval <= seconds <= 1.1 * interval
        if len(attempts) == 2:
            raise Enough

    monkeypatch.setattr(pruning_task, "prune_with_pauses", away)
    with pytest.raises(Enough):
        in_a_loop(keep_pruning(old, sleep))
