"""Logging in at a provider that lies, and what must not come of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from rxapp.auth import AuthService, Settings
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.features.providers.rules.login import REFUSED
from tests.conftest import NO_LIMITS
from tests.features.providers.conftest import APP, PAGE, come_back, fragment_of, start
from tests.features.providers.liar import CLIENT_ID, SECRET, Liar

REFUSAL, UNAVAILABLE, ENDED = "provider_login_refused", "provider_unavailable", "provider_login_ended"
LOGIN = "/api/auth/providers/login"

_COUNT = " UNION ALL ".join(
    f"SELECT '{table}', count(*) FROM {table}"
    for table in ("auth_user", "auth_session", "auth_provider_link", "auth_provider_session")
)


def settings_naming(providers: dict[str, Liar], *, api_url: str = APP, **more: dict) -> Settings:
    """Settings with these providers. `more` are further options of each."""
    return Settings(
        _env_file=None,
        secret_key="k" * 40,
        argon2_memory_kib=8,
        argon2_time_cost=1,
        email="optional",
        registration=True,
        api_url=api_url,
        provider_page=PAGE,
        public_origins=APP,
        providers={
            name: {"issuer": liar.url, "client_id": CLIENT_ID, "client_secret": SECRET} | more.get(name, {})
            for name, liar in providers.items()
        },
        **NO_LIMITS,
    )


def begin(client, name: str, body: dict | None = None, path: str = "auth/providers", headers: dict | None = None) -> str:
    """The address at which the browser starts."""
    begun = client.post(f"/api/{path}/{name}/begin", json=body or {}, headers=headers)
    assert begun.status_code == 200, begun.text
    return begun.json()["url"]


def arrive(client, liar: Liar, url: str, **answer: str | None) -> dict[str, str]:
    """What the page gets of somebody who starts at `url` and has logged in there, or was sent back at once."""
    location = start(client, url)
    return fragment_of(location) if location.startswith(PAGE) else come_back(client, liar.log_in(location, **answer))


def try_to_log_in(client, liar: Liar, name: str = "liar", **answer: str | None) -> dict[str, str]:
    """The same, from the beginning."""
    return arrive(client, liar, begin(client, name), **answer)


def exchange(client, ticket: str, headers: dict | None = None):
    """The answer to a ticket."""
    return client.post(LOGIN, json={"ticket": ticket}, headers=headers)


def rows(service: AuthService) -> dict[str, int]:
    """How many of each table that a login adds to."""
    with service.database.connect() as db:
        return dict(map(tuple, db.execute(text(_COUNT))))


def refusals(service: AuthService) -> list[str]:
    """The details of the refusals in the audit log, the newest first."""
    with service.database.connect() as db:
        return [event.detail for event in events.newest(db, EventFilter(kind=REFUSED), limit=100)]


@contextmanager
def nobody_let_in(service: AuthService, *details: str) -> Iterator[None]:
    """Afterwards there is nobody and nothing more than before, but for these refusals: each is a part of the detail of one."""
    before = rows(service)
    yield
    assert rows(service) == before
    noted = refusals(service)
    assert len(noted) == len(details), noted
    assert all(detail in note for detail, note in zip(reversed(details), noted, strict=True)), noted
