"""What many sessions cost: rotation among ten million against a thousand, bytes a session at rest, and pruning."""

import os
import re
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import bindparam, select

from benchmarks.bytes_at_rest import BytesAtRest, bytes_at_rest
from benchmarks.many_sessions import fill
from benchmarks.rounds import Rounds, Turn
from benchmarks.section import Section, Target, run_alone
from chaos.postgresql import PostgreSQL
from rxapp.auth import AuthService, AuthTable, Database, Settings
from rxapp.auth.core.maintenance import pruning
from rxapp.auth.core.sessions import rotation_statements
from rxapp.auth.core.sessions import statements as sessions
from rxapp.auth.core.tokens.token_pair import issue_pair
from tests.query_plans import plans_of

FEW, MANY, MANY_QUICKLY = 1_000, 10_000_000, 200_000
BYTES_ON_DISK = 1_200
"""A session while it is being made, files for sorting and PostgreSQL's log included."""

OF_THE_RATE, MAXIMUM_BYTES = 0.9, 400
USER_NAME, PASSWORD = "johndoe", "correct horse battery staple"
PRUNED_BATCHES = 50

INDEX = re.compile(r"sqlite_autoindex_auth_session_1|auth_session_pkey|ix_auth_session_\w+")

_session, _user = AuthTable.metadata.tables["auth_session"], AuthTable.metadata.tables["auth_user"]

TEXT = """Rotations in process (`AuthService.refresh`, one thread, `synchronous=FULL`, `fsync` on) of sessions chosen at random,
each round others; medians of {rounds} interleaved rounds of {turn}; median and 99th percentile in ms. Over HTTP the difference
is smaller, for there the request costs as much as the rotation. A tenth as many users as sessions. Just filled, the databases lie
in the machine's memory, PostgreSQL's larger one for the most part outside its own 128 MB of buffers.

| database | rotations/s among {few:,} | among {many:,} | ratio |
|---|---|---|---|
{rates}

How rows are found in the large one, as the databases say (about all statements a test asks them,
[`test_query_plans.py`](../tests/core/sessions/test_query_plans.py)):

| database | statement | by the index |
|---|---|---|
{plans}

At rest on SQLite, {at_rest.sessions:,} sessions with a browser's name, an IPv4 address and a key's thumbprint, indexes included:
{at_rest.new:.0f} B new, {at_rest.used:.0f} B once all were rotated and seen. Then three were rotated 10,000 times each:
{at_rest.grown:+,} B.

Pruning, 1 of 100 sessions in the large database being old enough: {prunings}.
Beside the app it takes a fifth of the time. {cores} cores begin {logins:,.0f} sessions a second, for as many passwords can be
hashed, and each login removes up to 20 old ones by itself.
"""


class Store:
    """A database with sessions, and the pairs of some of them, taken ahead: what is measured finds their rows in no cache."""

    def __init__(self, url: str, number: int, pairs: int) -> None:
        fill(url, number)
        self.database = Database(url)
        self.service = AuthService(Settings(_env_file=None, secret_key="k" * 40, refresh_rate_limit=0), self.database)
        rows = self._sample(min(pairs, number // 3))
        self._pairs = self._issue(rows, pairs)
        self._sample(min(pairs, number // 3))  # others: the cache has room for some thousands

    def _sample(self, wanted: int) -> list[Any]:
        """Rows of standing sessions that are bound to no key, at random."""
        columns = (*_session.c, _user.c.user_name, _user.c.roles)
        next_one = (
            select(*columns)
            .join(_user, _user.c.id == _session.c.user_id)
            .where(_session.c.id >= bindparam("place"), _session.c.device_key_thumbprint.is_(None))
            .where(_session.c.expires_at > bindparam("now"))
            .order_by(_session.c.id)
            .limit(1)
        )
        found: dict[Any, Any] = {}
        with self.database.connect() as db:
            while len(found) < wanted:
                row = db.execute(next_one, {"place": uuid.uuid4(), "now": self.service.clock()}).one_or_none()
                if row is not None:
                    found[row.id] = row
        return list(found.values())

    def _issue(self, rows: list[Any], pairs: int) -> Iterator[Any]:
        service, rounds = self.service, -(-pairs // len(rows))
        for further in range(rounds):
            for row in rows:
                yield issue_pair(service.access_tokens, service.refresh_tokens, row, row, row.generation + further)

    def rotate(self, number: int) -> Turn:
        taken = []
        for pair in list(islice(self._pairs, number)):
            began = time.perf_counter()
            self.service.refresh(pair.access_token, pair.refresh_token)
            taken.append(time.perf_counter() - began)
        cuts = quantiles(taken, n=100)
        return {"rate": len(taken) / sum(taken), "p50": cuts[49] * 1000, "p99": cuts[98] * 1000}

    def plans(self) -> dict[str, str]:
        """For each statement the indexes by which it finds rows of `auth_session`."""
        now = self.service.clock()
        id_ = next(iter(self._sample(1))).id
        before = now - self.service.settings.ended_session_retention
        calls: dict[str, Callable] = {
            "find": lambda db: sessions.find(db, id_),
            "rotate": lambda db: rotation_statements.rotate(db, id_, 0, now, idle_since=before, device_key=None),
            "mark seen": lambda db: sessions.mark_seen(db, id_, 0, now),
            "prune": lambda db: sessions.delete_ended(db, before, pruning.BATCH_SIZE),
        }
        return {name: _how_found(plans_of(self.database, call)) for name, call in calls.items()}

    def prune(self) -> float:
        """Rows a second, without the pauses between batches."""
        began = time.perf_counter()
        batches = islice(pruning.prune(self.service.settings, self.database, self.service.clock), PRUNED_BATCHES)
        return sum(batch.rows for batch in batches) / (time.perf_counter() - began)

    def log_in(self, seconds: float) -> float:
        """Logins a second by as many threads as there are cores."""
        self.service.create_user(USER_NAME, PASSWORD)
        until = time.perf_counter() + seconds

        def go_on(_: int) -> int:
            done = 0
            while time.perf_counter() < until:
                self.service.log_in(USER_NAME, PASSWORD)
                done += 1
            return done

        with ThreadPoolExecutor(os.cpu_count()) as threads:
            return sum(threads.map(go_on, range(os.cpu_count() or 1))) / seconds


def _how_found(plan: list[str]) -> str:
    if scans := [step for step in plan if re.match(r"[ >-]*(SCAN|Seq Scan on) auth_session", step)]:
        raise RuntimeError(f"a statement reads the whole table: {scans}")
    return ", then ".join(dict.fromkeys(f"`{name}`" for step in plan for name in INDEX.findall(step)))


def measure(quick: bool) -> Section:
    rounds, turn = (5, 200) if quick else (21, 500)
    with tempfile.TemporaryDirectory(prefix="rxapp-sessions-") as name:
        directory = Path(name)
        directory.chmod(0o755)  # PostgreSQL runs as another user
        many = MANY_QUICKLY if quick else min(MANY, shutil.disk_usage(directory).free // BYTES_ON_DISK)
        found = {}
        for database, urls in {"SQLite": partial(_sqlite, directory), "PostgreSQL": partial(_postgresql, directory)}.items():
            with urls() as (few_url, many_url):
                found[database] = _compare(few_url, many_url, many, rounds, turn)
        at_rest = bytes_at_rest(directory, 10_000 if quick else 50_000)
    text_ = TEXT.format(
        rounds=rounds,
        turn=turn,
        few=FEW,
        many=many,
        rates="\n".join(_row(name, each["rounds"]) for name, each in found.items()),
        plans="\n".join(f"| {name} | {what} | {plan} |" for name, each in found.items() for what, plan in each["plans"].items()),
        at_rest=at_rest,
        prunings=", ".join(f"{each['pruned']:,.0f} sessions a second on {name}" for name, each in found.items()),
        cores=os.cpu_count(),
        logins=found["SQLite"]["logins"],
    )
    return Section("Many sessions", text_, _targets(found, many, at_rest))


@contextmanager
def _sqlite(directory: Path) -> Iterator[tuple[str, str]]:
    files = [directory / name for name in ("few.db", "many.db")]
    yield tuple(f"sqlite:///{file}" for file in files)
    for file in files:
        file.unlink()


@contextmanager
def _postgresql(directory: Path) -> Iterator[tuple[str, str]]:
    servers = [PostgreSQL(directory / name) for name in ("few", "many")]
    try:
        yield tuple(server.url for server in servers)
    finally:
        for server in servers:
            server.close()


def _compare(few_url: str, many_url: str, number: int, rounds: int, turn: int) -> dict[str, Any]:
    few, many = Store(few_url, FEW, rounds * turn), Store(many_url, number, rounds * turn)
    measured = Rounds({"few": partial(few.rotate, turn), "many": partial(many.rotate, turn)}, rounds)
    found = {"rounds": measured, "plans": many.plans(), "pruned": many.prune(), "logins": few.log_in(2)}
    for store in (few, many):
        store.database.dispose()
    return found


def _row(name: str, rounds: Rounds) -> str:
    return f"| {name} | {rounds.cell('few')} | {rounds.cell('many')} | **{rounds.ratio('many', to='few'):.2f}** |"


def _targets(found: dict[str, Any], many: int, at_rest: BytesAtRest) -> list[Target]:
    targets = []
    for name, each in found.items():
        ratio = each["rounds"].ratio("many", to="few")
        what = f"rotations/s at {many:,} sessions against {FEW:,}, {name}"
        targets.append(Target(what, f"at least {OF_THE_RATE}", f"{ratio:.2f}", ratio >= OF_THE_RATE))
    what = "bytes per session at rest on SQLite, indexes included"
    targets.append(Target(what, f"at most {MAXIMUM_BYTES}", f"{at_rest.used:.0f}", at_rest.used <= MAXIMUM_BYTES))
    targets.append(Target("the same after 10,000 rotations of it", "constant", f"{at_rest.grown:+,} B", at_rest.grown == 0))
    slowest = min(each["pruned"] for each in found.values()) / (1 + pruning.PAUSE_FACTOR)
    logins = found["SQLite"]["logins"]
    what = "sessions pruned a second beside the app, against sessions that can begin in one"
    targets.append(Target(what, "at least as many", f"{slowest:,.0f} against {logins:,.0f}", slowest >= logins))
    return targets


if __name__ == "__main__":
    run_alone(measure)
