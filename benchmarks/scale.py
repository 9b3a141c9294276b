"""A database with many users and sessions, most of them dead: how long a search takes, and what pruning does to refreshes."""

import json
import statistics
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.progress import track

from benchmarks.servers import ROOT, Server, rxapp_environment
from rxapp.auth import AuthService, AuthTable, Database, Settings, system_clock
from rxapp.auth.core.maintenance import pruning
from rxapp.demo.migrations import migrate

USERS = 100_000
STANDING_SESSIONS = 100_000
DEAD_SESSIONS = 200_000
CHUNK = 10_000
SEARCHES = {"nothing (all users)": "", "a common part": "son", "a rare part": "99999", "nobody": "no such name"}
ROUNDS = 15
PAGE_SIZE = 25

_GIVEN_NAMES = ("Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Frances", "Ken", "Margaret", "Dennis")
_FAMILY_NAMES = ("Anderson", "Berg", "Castillo", "Diaz", "Eriksson", "Fischer", "Gupta", "Haddad", "Ivanova", "Johnson")


def fill(url: str) -> None:
    """Users and sessions as rows; no password is hashed, for none of them signs in here."""
    database = Database(url, sqlite_synchronous="NORMAL")
    migrate(database)
    now = datetime.now(UTC)
    user_ids = [uuid.uuid4() for _ in range(USERS)]
    _insert(database, "auth_user", [_user(user_id, number, now) for number, user_id in enumerate(user_ids)])
    begun = [now - timedelta(hours=number % 20) for number in range(STANDING_SESSIONS)]
    begun += [now - timedelta(days=60 + number % 300) for number in range(DEAD_SESSIONS)]
    _insert(database, "auth_session", [_session(user_ids[n % USERS], moment) for n, moment in enumerate(begun)])
    database.dispose()


def _insert(database: Database, table: str, rows: list[dict]) -> None:
    insert = AuthTable.metadata.tables[table].insert()
    for start in track(range(0, len(rows), CHUNK), description=f"Filling {table}"):
        with database.transaction() as db:
            db.execute(insert, rows[start : start + CHUNK])


def _user(user_id: uuid.UUID, number: int, now: datetime) -> dict:
    name = f"user{number:06}"
    display_name = f"{_GIVEN_NAMES[number % 10]} {_FAMILY_NAMES[number // 10 % 10]}"
    search_key = f"{name}\n{display_name.casefold()}"
    columns = {"id": user_id, "user_name": name, "user_name_key": name, "display_name": display_name, "search_key": search_key}
    return columns | {"password_hash": "!none", "roles": [], "created_at": now}


def _session(user_id: uuid.UUID, begun: datetime) -> dict:
    moments = {"created_at": begun, "last_used_at": begun, "authenticated_at": begun, "expires_at": begun + timedelta(days=7)}
    what = {"id": uuid.uuid4(), "user_id": user_id, "salt": bytes(32), "generation": 3, "device": "Chrome on Linux"}
    return what | moments | {"address": "192.0.2.1"}


def search_times(url: str) -> dict[str, float]:
    """Milliseconds that the page of users asks of the server: the worst of the searches' medians, by what was searched for."""
    settings = Settings(_env_file=None, secret_key="k" * 40)
    service = AuthService(settings, Database(url))
    found = {}
    for what, text in SEARCHES.items():
        taken = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            total, users = service.administration.find_users(text, limit=PAGE_SIZE)
            service.administration.count_sessions([user.id for user in users])
            last_page = max(0, (total - 1) // PAGE_SIZE * PAGE_SIZE)
            middle = time.perf_counter()
            service.administration.find_users(text, limit=PAGE_SIZE, offset=last_page)
            taken.append(max(middle - began, time.perf_counter() - middle) * 1000)
        found[what] = statistics.median(taken)
    service.database.dispose()
    return found


def prune_beside_refreshes(server: Server, directory: Path, seconds: float) -> dict:
    """The p99 of refreshes by 8 clients, in milliseconds: alone, and while `prune` removes the dead sessions."""
    alone = server.load("rotate", 8, seconds)
    began = time.perf_counter()
    command = [sys.executable, "-m", "rxapp", "prune", "--json"]
    pruning = subprocess.Popen(command, cwd=ROOT, env=rxapp_environment(directory), stdout=subprocess.PIPE, text=True)
    busy = []
    while pruning.poll() is None:
        busy.append(server.load("rotate", 8, 3))
    removed = json.loads(pruning.stdout.read())
    took = time.perf_counter() - began
    p99 = {"alone": alone["p99"], "busy": max(turn["p99"] for turn in busy)}
    return p99 | {"took": took, "removed": removed["sessions"], "left": _count_dead(directory)}


def _count_dead(directory: Path) -> int:
    database = Database(sqlite_url(directory))
    left = pruning.count_prunable_sessions(Settings(_env_file=None), database, system_clock)
    database.dispose()
    return left


def sqlite_url(directory: Path) -> str:
    return f"sqlite:///{directory}/rxapp.db"
