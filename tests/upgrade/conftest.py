"""The last release at work beside the tests, the databases that it leaves behind, and the code of today on a copy of one."""

import json
import os
import secrets
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from rxapp.auth import AUTH_HISTORY, AuthService, Database, Settings
from rxapp.auth.core.dpop.nonces import Dpop
from rxapp.auth.core.dpop.spent_proofs import spent_proofs
from rxapp.auth.http.runtime.service import use_service
from tests.clock import MovableClock
from tests.conftest import opened
from tests.dpop import DeviceKey
from tests.keys import ring_of

HERE = Path(__file__).parent
USER_NAME, PASSWORD = "anna", "plumb orbit cadet vixen"
ORIGIN = "http://testserver"


@dataclass
class Release:
    """Its process, and what it can be asked to do."""

    process: subprocess.Popen

    def do(self, task: str, **arguments: Any) -> dict[str, Any]:
        self.process.stdin.write(json.dumps({"task": task} | arguments) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "it has said why on its standard error"
        return json.loads(answer)


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory) -> Path:
    (wheel,) = (HERE / "released").glob("*.whl")
    directory = tmp_path_factory.mktemp("release")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(directory)
    return directory


@pytest.fixture(scope="session")
def release(unpacked) -> Iterator[Release]:
    """Nothing that is worked on here is on its path."""
    variables = {"PYTHONPATH": str(unpacked), "RXAPP_SECRET_KEY": "s" * 40, "DATABASE_URL": "sqlite:///unused.db"}
    process = subprocess.Popen(
        [sys.executable, str(HERE / "released_app.py")],
        cwd=unpacked,
        env={"PATH": os.environ["PATH"]} | variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield Release(process)
    process.kill()
    process.communicate()


class SQLiteFiles:
    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def new(self) -> str:
        return f"sqlite:///{self._directory}/{secrets.token_hex(4)}.db"

    @contextmanager
    def copy(self, url: str) -> Iterator[str]:
        """What the release has written may still be in a file beside it, which SQLite reads too."""
        copy = self.new()
        with closing(sqlite3.connect(make_url(url).database)) as origin, closing(sqlite3.connect(make_url(copy).database)) as to:
            origin.backup(to)
        yield copy


class PostgreSQLDatabases:
    def __init__(self, server_url: str) -> None:
        self._url = make_url(server_url)

    def new(self, template: str = "template1") -> str:
        name = f"upgrade_{secrets.token_hex(4)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._url.set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def copy(self, url: str) -> Iterator[str]:
        copy = self.new(make_url(url).database)
        yield copy
        self._execute(f"DROP DATABASE {make_url(copy).database} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        operator = create_engine(self._url, isolation_level="AUTOCOMMIT")
        with operator.connect() as connection:
            connection.execute(text(statement))
        operator.dispose()


@pytest.fixture(scope="session")
def settings(settings) -> Settings:
    """A proof of a key names the origin at which it is good."""
    return settings.model_copy(update={"public_origins": (ORIGIN,)})


@pytest.fixture(scope="session")
def device_key() -> DeviceKey:
    return DeviceKey()


@pytest.fixture(scope="session", params=["sqlite with its secret key", "sqlite with stored keys", "postgresql with stored keys"])
def kind(request) -> str:
    return request.param


@pytest.fixture(scope="session")
def databases(request, kind, tmp_path_factory) -> SQLiteFiles | PostgreSQLDatabases:
    if kind.startswith("sqlite"):
        return SQLiteFiles(tmp_path_factory.mktemp("upgrade"))
    return PostgreSQLDatabases(request.getfixturevalue("postgresql_url"))


@pytest.fixture(scope="session")
def left_behind(kind, release, databases, settings, device_key) -> dict[str, Any]:
    """A database in which the release has worked, with its secret key or with keys that it has stored, and what it told.

    The nonce is of today: while servers are replaced one by one, a client meets both.
    """
    secret_key, clock, url = settings.secret_key.get_secret_value(), MovableClock(), databases.new()
    nonce = Dpop(ring_of(secret_key), clock, spent_proofs(None, clock)).new_nonce()
    told = release.do(
        "sign_in",
        url=url,
        secret_key=secret_key,
        now=clock().isoformat(),
        user_name=USER_NAME,
        password=PASSWORD,
        proof=device_key.proof("POST", f"{ORIGIN}/api/auth/login", clock(), nonce=nonce),
        stores_its_keys=kind.endswith("stored keys"),
    )
    return told | {"url": url}


@pytest.fixture
def clock(left_behind) -> MovableClock:
    """It goes on where that of the release has stopped."""
    clock = MovableClock()
    clock.now = datetime.fromisoformat(left_behind["now"])
    return clock


@pytest.fixture
def database(left_behind, databases) -> Iterator[Database]:
    """A copy, upgraded."""
    with databases.copy(left_behind["url"]) as url, opened(url) as database:
        AUTH_HISTORY.migrate(database)
        yield database


@pytest.fixture
def served(settings, database, clock) -> AuthService:
    """Without the demo's users: its tables are not there."""
    service = AuthService(settings, database, clock)
    use_service(service)
    return service
