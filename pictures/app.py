"""The example app as a developer runs it, with people who have used it for a month."""

import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from rxapp.auth import AuthService, Database, InvalidCredentials, Settings
from rxapp.auth.core.identity.client import Client
from tests.clock import MovableClock
from tests.e2e.development.development_server import DevelopmentServer
from tests.e2e.server import SECRET_KEY

PASSWORD = "def@123"
ADMIN, PERSON, NEEDS_A_FACTOR = "alice", "carla", "frida"
FACTOR_ROLE = "Guardian"
PEOPLE = {
    ADMIN: ("Ada Lind", ["Admin", "Manager"]),
    "bruno": ("Bruno Baumann", ["Manager"]),
    PERSON: ("Carla Conti", ["Auditor", "Manager"]),
    "david": ("David Duarte", []),
    "emil": ("Emil Eriksen", ["Manager"]),
    NEEDS_A_FACTOR: ("Frida Falk", [FACTOR_ROLE]),
    "george": ("George Grant", []),
    "hanna": ("Hanna Hoffmann", ["Auditor"]),
}
DAYS = 30
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.6 Mobile/15E148 Safari/604.1"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
DEVICES = (CHROME, FIREFOX, PHONE)


class PicturesServer(DevelopmentServer):
    """Whoever has the role `FACTOR_ROLE` must add a second factor."""

    def _environment(self, is_built: bool) -> dict[str, str]:
        return super()._environment(is_built) | {"RXAPP_SECOND_FACTOR": f"required_for:{FACTOR_ROLE}"}


@contextmanager
def used_app(directory: Path) -> Iterator[PicturesServer]:
    """Served, and used by `PEOPLE`."""
    server = PicturesServer(directory)
    server.start()
    try:
        _use_for_a_month(server)
        yield server
    finally:
        server.stop()


def _use_for_a_month(server: PicturesServer) -> None:
    """They log in, more on workdays than at weekends, and some mistype their password. Always the same, but for the date."""
    chance, clock, now = random.Random(7), MovableClock(), server.now()
    clock.now = now - timedelta(days=DAYS * 2)
    database = Database(server.database_url)
    settings = Settings(secret_key=SECRET_KEY, database_url=server.database_url, login_rate_limit=0, **server.argon2)
    service = AuthService(settings, database, clock)
    for name, (display_name, roles) in PEOPLE.items():
        clock.move(hours=chance.randint(1, 90))
        service.create_user(name, PASSWORD, roles=roles, display_name=display_name)
    for clock.now in sorted(_moments(chance, now)):
        address, device = f"198.51.100.{chance.randint(2, 60)}", chance.choice(DEVICES)
        password = PASSWORD if chance.random() < 6 / 7 else "mistyped"
        _log_in(service, chance.choice([*PEOPLE]), password, Client.of(address, device))
    for hours, device in ((7, PHONE), (2, FIREFOX)):
        clock.now = now - timedelta(hours=hours)
        _log_in(service, PERSON, PASSWORD, Client.of("198.51.100.20", device))
    database.dispose()


def _log_in(service: AuthService, name: str, password: str, client: Client) -> None:
    with suppress(InvalidCredentials):
        service.log_in(name, password, client)


def _moments(chance: random.Random, now: datetime) -> Iterator[datetime]:
    for days in range(DAYS):
        day = now - timedelta(days=days)
        is_workday = day.weekday() < 5
        for _ in range(chance.randint(14, 42) if is_workday else chance.randint(2, 8)):
            yield day - timedelta(minutes=chance.randint(5, 700))
