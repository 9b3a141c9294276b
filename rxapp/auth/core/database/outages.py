"""Outages: one error for all the ways in which drivers report them, and a decorator that retries what is safe to retry.

The error is not an `AuthError`, because nobody was refused, and nobody is signed out by an outage.
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
    TimeoutError,  # noqa: A004  the pool's
)

from rxapp.auth.core.errors import AuthError

ATTEMPTS = 3
"""Without a pause in between. It is enough for a lost connection or a deadlock; callers handle a longer outage."""

_ROLLED_BACK = "40"
"""PostgreSQL's SQLSTATE class for a transaction that it rolled back: deadlock, serialization failure."""

_OUTAGES = ("25006", "25P0", "53", "55P03", "57", "58", "XX")
"""SQLSTATEs that are not the statement's fault: read-only after a failover, timeouts, no space, shutdown, damage."""

S = TypeVar("S")
P = ParamSpec("P")
R = TypeVar("R")


class DatabaseUnavailable(SQLAlchemyError):
    """The database failed, through no fault of the caller.

    `may_retry` means that the transaction was rolled back and left nothing behind: the same call may be made again at once.
    `is_outcome_known` is False if the connection was lost during a commit.
    """

    retry_after_seconds: int = 0

    def __init__(self, cause: Exception, *, may_retry: bool, is_outcome_known: bool = True) -> None:
        driver_error = getattr(cause, "orig", None) or cause
        super().__init__(f"the database is unavailable: {type(driver_error).__name__}")
        self.may_retry = may_retry
        self.is_outcome_known = is_outcome_known
        self.orig = driver_error

    @property
    def message(self) -> str:
        """The sentence that a person may read."""
        return self.in_words(is_outcome_known=self.is_outcome_known)

    @staticmethod
    def in_words(*, is_outcome_known: bool) -> str:
        """The sentence of `message`, without an instance of the error."""
        return _NOTHING_WAS_DONE if is_outcome_known else _IT_MAY_HAVE_BEEN_DONE


_NOTHING_WAS_DONE = "That could not be done just now. You are still signed in, if you were; please try again in a moment."
_IT_MAY_HAVE_BEEN_DONE = "The connection was lost at the last moment. Please look whether it was done before you try again."

FORM_ERRORS = (AuthError, DatabaseUnavailable)
"""The errors that a form catches, to show their `message` in the form."""


@contextmanager
def translate_outages(*, is_committing: bool = False) -> Iterator[None]:
    """Raise `DatabaseUnavailable` in place of the errors that the driver, SQLAlchemy and its pool raise in an outage."""
    try:
        yield
    except DatabaseUnavailable:
        raise
    except SQLAlchemyError as error:
        if not _is_outage(error):
            raise
        is_lost = isinstance(error, DBAPIError) and error.connection_invalidated
        is_outcome_known = not (is_committing and is_lost)
        may_retry = is_outcome_known and (is_lost or _sqlstate(error).startswith(_ROLLED_BACK))
        raise DatabaseUnavailable(error, may_retry=may_retry, is_outcome_known=is_outcome_known) from error


def retry_on_outage(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Run a method again if its transaction was rolled back for certain (`may_retry`).

    The transaction must be the last step of the method, and what the method stores before it may be stored twice. If the
    connection was lost during the commit, there is no retry: it could give a login two sessions.
    """

    @functools.wraps(method)
    def repeating(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(ATTEMPTS - 1):
            try:
                return method(self, *args, **kwargs)
            except DatabaseUnavailable as error:
                if not error.may_retry:
                    raise
        return method(self, *args, **kwargs)

    return repeating


def _is_outage(error: SQLAlchemyError) -> bool:
    if isinstance(error, OperationalError | InterfaceError | DisconnectionError | TimeoutError):
        return True
    if type(error) is DatabaseError:  # SQLite's error for a damaged file
        return True
    return isinstance(error, DBAPIError) and (error.connection_invalidated or _sqlstate(error).startswith(_OUTAGES))


def _sqlstate(error: SQLAlchemyError) -> str:
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""
