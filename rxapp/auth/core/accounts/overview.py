"""The overview for administrators: how many people there are, and how often something has happened.

Callers must check first that the actor is an administrator.
"""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from rxapp.auth.core.audit import statistics
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.audit.periods import DAY, DAYS, HOURS, Span, start_of
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.tables import AuthTable, User
from rxapp.auth.core.sessions import statements as sessions
from rxapp.auth.core.settings.settings import Settings

_COUNT_USERS = select(func.count()).select_from(AuthTable.metadata.tables[User.__tablename__])

PERIODS = {"day": DAYS, "hour": HOURS}


@dataclass(frozen=True, slots=True)
class Figures:
    """How things stand now. `today` and `day_before` count the events of each kind; a day is a day of UTC.

    `day_before` ends where today does, at the present time of day: half a day compares with half a day. `is_new` says that the
    log began today.
    """

    users: int
    active_sessions: int
    today: Counter[str]
    day_before: Counter[str]
    is_new: bool

    @property
    def new_users(self) -> int:
        """Who was registered or created today. Imported users are not among them."""
        return self.today[EventKind.USER_REGISTERED] + self.today[EventKind.USER_CREATED]


class Overview:
    """Threads share one instance."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock

    def figures(self) -> Figures:
        """The figures of this moment."""
        now = self._clock()
        midnight = start_of(DAY, now)
        with self._database.connect() as db:
            oldest = statistics.oldest(db)
            return Figures(
                users=db.execute(_COUNT_USERS).scalar_one(),
                active_sessions=sessions.count_all_active(db, now, now - self._settings.session_idle_timeout),
                today=statistics.count_kinds(db, Span(midnight, midnight + DAY)),
                day_before=statistics.count_kinds(db, Span(midnight - DAY, now - DAY)),
                is_new=oldest is None or oldest >= midnight,
            )

    def spans(self, unit: str) -> list[Span]:
        """The spans of the period of this unit (`PERIODS`), the oldest first."""
        return PERIODS[unit].spans(self._clock())

    def count(self, span: Span) -> Counter[str]:
        """How many events of each kind happened in the span.

        One span at a time, so that others can use the database between two of them: a large log has many events a day.
        """
        with self._database.connect() as db:
            return statistics.count_kinds(db, span)
