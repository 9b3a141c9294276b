"""The database is away or broke off what it was doing: one error for all the ways in which drivers say so, and what is repeated.

It is not an `AuthError`: nobody is refused anything, and nobody is signed out for it.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    DisconnectionError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
    TimeoutError,  # noqa: A004  of the pool
)

from rxapp.auth.core.errors import AuthError

ATTEMPTS = 3
"""One right after the other: a lost connection or a deadlock is over by then, a longer outage is the caller's to wait for."""

_ROLLED_BACK = "40"
"""The class of SQLSTATE under which PostgreSQL says that it gave a transaction up: deadlock, serialization failure."""

_OUTAGES = ("25006", "25P0", "53", "55P03", "57", "58", "XX")
"""Those that are not the statement's fault: read-only since a failover, timeouts, no space, shutting down, damaged."""

S = TypeVar("S")
P = ParamSpec("P")
R = TypeVar("R")


class DatabaseUnavailable(SQLAlchemyError):
    """The database did not do it, for no fault of the caller's.

    `may_repeat` says that it broke off a transaction which has left nothing behind, so that the same may be asked again at once.
    `is_outcome_known` is False if the connection was lost while a transaction was being committed.
    """

    retry_after_seconds: int = 0

    def __init__(self, cause: SQLAlchemyError, *, may_repeat: bool, is_outcome_known: bool = True) -> None:
        driver_error = getattr(cause, "orig", None) or cause
        super().__init__(f"the database is unavailable: {type(driver_error).__name__}")
        self.may_repeat = may_repeat
        self.is_outcome_known = is_outcome_known
        self.orig = driver_error

    @property
    def message(self) -> str:
        """The sentence that a person may read."""
        return self.in_words(is_outcome_known=self.is_outcome_known)

    @staticmethod
    def in_words(*, is_outcome_known: bool) -> str:
        """The same sentence, without the error."""
        return _NOTHING_WAS_DONE if is_outcome_known else _IT_MAY_HAVE_BEEN_DONE


_NOTHING_WAS_DONE = "That could not be done just now. You are still signed in, if you were; please try again in a moment."
_IT_MAY_HAVE_BEEN_DONE = "The connection was lost at the last moment. Please look whether it was done before you try again."

FORM_ERRORS = (AuthError, DatabaseUnavailable)
"""What a form catches to show its `message` where it was filled in."""


@contextmanager
def naming_outages(*, is_committing: bool = False) -> Iterator[None]:
    """Raise `DatabaseUnavailable` in place of whatever the driver, SQLAlchemy or its pool raises when the database is away."""
    try:
        yield
    except DatabaseUnavailable:
        raise
    except SQLAlchemyError as error:
        if not _is_outage(error):
            raise
        is_lost = isinstance(error, DBAPIError) and error.connection_invalidated
        is_outcome_known = not (is_committing and is_lost)
        may_repeat = is_outcome_known and (is_lost or _sqlstate(error).startswith(_ROLLED_BACK))
        raise DatabaseUnavailable(error, may_repeat=may_repeat, is_outcome_known=is_outcome_known) from error


def repeated(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Run a method again if the database broke off its transaction before that could leave anything behind.

    The method's transaction is the last thing that it does, and what it has stored before may be stored twice. Lost while it was
    being committed, a transaction is not run again: the login that may have been would be a second session.
    """

    @functools.wraps(method)
    def repeating(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(ATTEMPTS - 1):
            try:
                return method(self, *args, **kwargs)
            except DatabaseUnavailable as error:
                if not error.may_repeat:
                    raise
        return method(self, *args, **kwargs)

    return repeating


def _is_outage(error: SQLAlchemyError) -> bool:
    if isinstance(error, OperationalError | InterfaceError | DisconnectionError | TimeoutError):
        return True
    if type(error) is DatabaseError:  # so SQLite calls a file that is damaged
        return True
    return isinstance(error, DBAPIError) and (error.connection_invalidated or _sqlstate(error).startswith(_OUTAGES))


def _sqlstate(error: SQLAlchemyError) -> str:
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""
