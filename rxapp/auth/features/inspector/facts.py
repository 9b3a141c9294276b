"""What one's own session looks like from the inside: the claims of the access token, and the row in the database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from rxapp.auth.core.service import AuthService
from rxapp.auth.core.sessions import statements
from rxapp.auth.core.sessions.rows import StoredSession
from rxapp.auth.core.tokens.claims import AccessClaims

SHOWN_OF_THUMBPRINT = 12


@dataclass
class Fact:
    """A name, its value, and what it means."""

    name: str
    value: str
    meaning: str


_CLAIMS = {
    "iss": "Who has issued it. A token of another server is refused.",
    "aud": "Whom it is for.",
    "sub": "The user.",
    "sid": "The session. It stays the same through all rotations.",
    "gen": "The generation: how often the pair has been exchanged. The refresh token beside it has the same.",
    "jti": "The name of this one token.",
    "name": "The user's name, only to show it.",
    "roles": "The roles at that time. A guard reads them anew from the database, so that a change counts at once.",
    "iat": "When it was issued.",
    "nbf": "From when on it counts.",
    "exp": "Until when it counts. Then the pair is exchanged, and nobody notices.",
    "cnf": "The thumbprint of the browser's key. Whoever uses this token must prove that key, so a copy is worth nothing.",
}
_MOMENTS = ("iat", "nbf", "exp")


def claims_of(service: AuthService, claims: AccessClaims) -> list[Fact]:
    """Each claim of the token, in its order, and what it is for. The signature is not shown: with it this would be the token."""
    payload = claims.payload(service.settings.issuer, service.settings.audience)
    return [Fact(name, _as_text(name, value), _CLAIMS[name]) for name, value in payload.items()]


def stored_session(service: AuthService, claims: AccessClaims) -> StoredSession:
    """The session's row, with its user's columns. Raises `InvalidToken` if it is gone."""
    with service.database.connect() as db:
        return statements.get(db, claims.session_id)


def session_of(service: AuthService, session: StoredSession, now: datetime) -> list[Fact]:
    """What the database knows of the session, and what follows from it."""
    return list(_session_facts(service, session, now))


def _session_facts(service: AuthService, session: StoredSession, now: datetime) -> Iterator[Fact]:
    settings, generation = service.settings, session.generation
    yield Fact("generation", str(generation), "The database keeps this number, and no token: tokens are computed from it.")
    seen = session.generation_seen_at
    yield Fact(
        "seen in use",
        _clock_time(seen) if seen else "not yet",
        "When somebody first used the newest access token. Then the browser has it, and the one before is spent.",
    )
    yield Fact("predecessor", _predecessor(session, settings.rotation_grace_period, now), _PREDECESSOR)
    idle = session.last_used_at + settings.session_idle_timeout
    yield Fact("idle limit", _until(idle, now), "Unless the pair is exchanged before that, the session ends.")
    yield Fact("absolute limit", _until(session.expires_at, now), "Then one has to log in again, however busy one was.")
    key = session.device_key_thumbprint
    shown = f"{key[:SHOWN_OF_THUMBPRINT]}…" if key else "none"
    yield Fact("key of the browser", shown, _BOUND if key else _UNBOUND)
    yield Fact("logged in with", session.amr or "password", "How the person proved who they are (RFC 8176).")


_PREDECESSOR = (
    "A lost answer, or two tabs at once: the token before the newest still gets the same successor. Later it is a theft, and "
    "the session ends for everybody."
)
_BOUND = "The private half is in the browser, and no script can read it. A copied pair is refused without it."
_UNBOUND = "This browser could not make a key. A copied pair works until one of the two uses a spent one."


def _predecessor(session: StoredSession, grace: timedelta, now: datetime) -> str:
    if session.generation == 0:
        return "there is none"
    if session.generation_seen_at is None:
        return "still answered: its successor was not seen in use"
    until = session.generation_seen_at + grace
    return f"still answered for {_seconds(until - now)}" if until > now else "spent: whoever shows it ends the session"


def _as_text(name: str, value: object) -> str:
    if name in _MOMENTS and isinstance(value, int):
        return f"{value} · {_clock_time(datetime.fromtimestamp(value).astimezone())}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {each}" for key, each in value.items())
    return ", ".join(value) if isinstance(value, list) else str(value)


def _until(moment: datetime, now: datetime) -> str:
    left = moment - now
    return f"in {_seconds(left)}" if left > timedelta(0) else "now"


def _seconds(left: timedelta) -> str:
    """About how many days, hours, minutes or seconds: the largest of which there are at least two."""
    seconds = max(0, round(left.total_seconds()))
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{round(seconds / size)} {unit}"
    return f"{seconds} s"


def _clock_time(moment: datetime) -> str:
    return moment.astimezone().strftime("%H:%M:%S")
