"""The app under test: rxapp itself, with a clock that the tests move and a crash that they can order, both by way of a file.

`renew_refused_passwords` is set for the users whose names begin with `renewed-`, so that one server does for all tests.
"""

import datetime as dt
import os
import signal
import time
from pathlib import Path
from types import SimpleNamespace

import limits.storage.redis

import rxapp.auth.core.clock
import rxapp.auth.core.sessions.refresh

_clock_file = Path(os.environ["RXAPP_TEST_CLOCK_FILE"])
_crash_file = Path(os.environ["RXAPP_TEST_CRASH_FILE"])
_issue_pair = rxapp.auth.core.sessions.refresh.issue_pair


def _seconds_moved() -> float:
    return float(_clock_file.read_text())


class _MovedDatetime(dt.datetime):
    @classmethod
    def now(cls, tz=None):
        return dt.datetime.now(tz) + dt.timedelta(seconds=_seconds_moved())


def _crash_if_ordered_or_issue_pair(*arguments):
    """The step is committed when this is called; the answer has not been made yet."""
    if _crash_file.exists():
        _crash_file.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return _issue_pair(*arguments)


rxapp.auth.core.clock.datetime = _MovedDatetime
limits.storage.redis.time = SimpleNamespace(time=lambda: time.time() + _seconds_moved())
rxapp.auth.core.sessions.refresh.issue_pair = _crash_if_ordered_or_issue_pair

from rxapp.auth.features.new_password.rules import NewPasswordStage  # noqa: E402  after the clock

_is_due = NewPasswordStage.is_due


def _is_due_as_set_for_some(stage, attempt):
    service, settings = stage._service, stage._service.settings
    is_one = attempt.user.user_name.startswith("renewed-")
    changed = settings.model_copy(update={"renew_refused_passwords": is_one})
    stage._service = SimpleNamespace(settings=changed, new_passwords=service.new_passwords)
    try:
        return _is_due(stage, attempt)
    finally:
        stage._service = service


NewPasswordStage.is_due = _is_due_as_set_for_some

from rxapp.rxapp import app  # noqa: E402, F401  after the clock
from tests.e2e import background_page, strong_page  # noqa: E402, F401
