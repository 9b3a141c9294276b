"""The app under test: rxapp itself, with its clock moved by as many seconds as stand in a file of the test's."""

import datetime
import os
from pathlib import Path

import rxapp.auth.clock

_offset_file = Path(os.environ["RXAPP_TEST_CLOCK_FILE"])


class _MovedDatetime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.now(tz) + datetime.timedelta(seconds=float(_offset_file.read_text()))


rxapp.auth.clock.datetime = _MovedDatetime

from rxapp.rxapp import app  # noqa: E402, F401  after the clock
