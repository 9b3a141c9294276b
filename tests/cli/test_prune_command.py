"""`prune`: exactly what is too old goes, and a running app does not notice."""

import time
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select

from rxapp.auth import AuthSession, SecurityEvent
from rxapp.auth.cli.commands.prune import with_pauses
from tests.clock import A_SECOND
from tests.conftest import PASSWORD

DEAD_SESSIONS = 2_000
OLD_EVENTS = 600


def add_sessions(service, user, number, **ended_ago):
    """Sessions whose lifetime ended that long ago."""
    expires_at = service.clock() - timedelta(**ended_ago)
    began_at = expires_at - service.settings.session_lifetime
    rows = [
        {
            "id": uuid4(),
            "user_id": user.id,
            "salt": b"s" * 32,
            "generation": 0,
            "created_at": began_at,
            "last_used_at": began_at,
            "authenticated_at": began_at,
            "expires_at": expires_at,
            "device": "",
            "address": "",
        }
        for _ in range(number)
    ]
    with service.database.transaction() as db:
        db.execute(insert(AuthSession), rows)
    return {row["id"] for row in rows}


def add_events(service, number, **ago):
    row = {"kind": "login", "address": "", "user_agent": "", "detail": "", "occurred_at": service.clock() - timedelta(**ago)}
    with service.database.transaction() as db:
        db.execute(insert(SecurityEvent), [row] * number)


def ids_of(service, table):
    with service.database.connect() as db:
        return set(db.execute(select(table.id)).scalars())


def count_sessions(service):
    with service.database.connect() as db:
        return db.execute(select(func.count()).select_from(AuthSession)).scalar_one()


@pytest.fixture
def old(service, johndoe):
    """Two thousand sessions and some events past their retention, and some of both just before it."""
    add_sessions(service, johndoe, DEAD_SESSIONS, days=30, minutes=1)
    add_events(service, OLD_EVENTS, days=180, minutes=1)
    add_events(service, 7, days=179, hours=23)
    return service


def test_exactly_the_dead_sessions_go_and_the_living_stay(run_json, old, johndoe, pair):
    kept = add_sessions(old, johndoe, 40, days=29, hours=23) | add_sessions(old, johndoe, 40, days=-1)
    kept.add(old.verify_access(pair.access_token).session_id)
    removed_at_login = 20
    assert run_json("prune") == {
        "sessions": DEAD_SESSIONS - removed_at_login,
        "events": OLD_EVENTS,
        "trusted_devices": 0,
        "keys": 0,
    }
    assert ids_of(old, AuthSession) == kept
    assert old.verify_access(pair.access_token)
    assert len(ids_of(old, SecurityEvent)) == 7 + len(["user_created", "login"])
    assert run_json("prune") == {"sessions": 0, "events": 0, "trusted_devices": 0, "keys": 0}


def test_it_says_how_many_of_each_it_removed(run, old):
    result = run("prune")
    assert result.stdout == f"Removed {DEAD_SESSIONS} sessions, {OLD_EVENTS} events, 0 trusted devices and 0 keys.\n"
    assert result.stderr == "", "no bar where there is no terminal"


def test_the_settings_say_how_long(run, run_json, service, johndoe, environment, monkeypatch):
    add_sessions(service, johndoe, 3, minutes=2)
    add_events(service, 4, minutes=2)
    monkeypatch.setenv("RXAPP_ENDED_SESSION_RETENTION", "60")
    monkeypatch.setenv("RXAPP_EVENT_RETENTION", "60")
    assert run_json("prune") == {"sessions": 3, "events": 4, "trusted_devices": 0, "keys": 0}


def test_refreshes_get_through_while_another_process_prunes(start, old):
    pair = old.log_in("johndoe", PASSWORD)
    at_first = count_sessions(old)
    process = start("prune", "--json")
    waits = []
    while process.poll() is None:
        is_under_way = 1 < count_sessions(old) < at_first
        began = time.monotonic()
        pair = old.refresh(pair.access_token, pair.refresh_token)
        if is_under_way:
            waits.append(time.monotonic() - began)
    assert process.communicate()[1] == ""
    assert process.returncode == 0
    assert count_sessions(old) == 1
    assert len(waits) >= 5, "there are several batches of sessions, and a pause after each"
    assert max(waits) < A_SECOND
    assert old.verify_access(pair.access_token)


def test_two_that_prune_at_once_remove_everything_once(start, old):
    processes = [start("prune"), start("prune")]
    removed = [[int(word) for word in process.communicate(timeout=60)[0].split() if word.isdigit()] for process in processes]
    assert [sum(numbers) for numbers in zip(*removed, strict=True)] == [DEAD_SESSIONS, OLD_EVENTS, 0, 0]
    assert [process.returncode for process in processes] == [0, 0]


def test_each_pause_is_four_times_as_long_as_its_batch(monkeypatch):
    """On a clock of the test's own: a batch takes ten seconds, then one."""
    now = 0.0
    pauses = []

    def batches():
        nonlocal now
        for took in (10, 1):
            now += took
            yield took

    def sleep(seconds):
        nonlocal now
        now += seconds
        pauses.append(seconds)

    monkeypatch.setattr("rxapp.auth.cli.commands.prune.time.monotonic", lambda: now)
    monkeypatch.setattr("rxapp.auth.cli.commands.prune.time.sleep", sleep)
    assert list(with_pauses(batches())) == [10, 1]
    assert pauses == [40, 4]
