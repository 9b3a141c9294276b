"""Filters the log records of libraries before any handler sees them.

A record factory is the one place that all records pass, from any logger, at any time, to any handler.
"""

import logging
import traceback
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.http.logs.library_records.exceptions import Withheld, is_authors, text_of
from rxapp.auth.http.logs.library_records.libraries import is_library, is_ours
from rxapp.auth.http.logs.library_records.listed import Listed, handles_no_requests, listed
from rxapp.auth.http.logs.library_records.places import Place, find_place
from rxapp.auth.http.logs.library_records.repeats import Repeats
from rxapp.auth.http.logs.library_records.sentences import Sentence
from rxapp.auth.http.logs.library_records.warning_texts import keep_payloads_out_of_warnings

MAXIMUM_TRACEBACK_LENGTH = 16_384
"""Characters. Of a longer traceback only the end is kept."""

NOT_LOGGED = -1
"""The level of a record that is counted and not logged. The lowest level of a handler is 0."""

_repeats = Repeats()


def keep_payloads_out(settings: Settings) -> None:
    """From now on, keep the content of requests out of what libraries log, in the whole process.

    It may be called again. If the app has set its own record factory meanwhile, ours wraps it.
    """
    keep_payloads_out_of_warnings()
    current = logging.getLogRecordFactory()
    if not isinstance(current, LibraryRecords):
        logging.setLogRecordFactory(LibraryRecords(current, in_development=not settings.in_production))


@dataclass(frozen=True, slots=True)
class LibraryRecords:
    """A record factory that wraps another one, `make`. In development, exceptions from the app's own code are shown in full."""

    make: Callable[..., logging.LogRecord]
    in_development: bool = False
    repeats: Repeats = _repeats

    def __call__(  # noqa: PLR0917  these are the parameters of logging.LogRecord
        self,
        name: str,
        level: int,
        pathname: str,
        lineno: int,
        msg: object,
        args: Any,
        exc_info: Any,
        func: str | None = None,
        sinfo: str | None = None,
        **more: Any,
    ) -> logging.LogRecord:
        """The record. The app's own is not changed; a library's has only what is listed."""
        if not isinstance(msg, Listed):
            self._tell_what_is_over()
            place = find_place(name, pathname, lineno, func)
            if (place.is_compiled or is_library(place.module)) and not handles_no_requests(place):
                sentence = listed(place, msg, has_values=bool(args), in_development=self.in_development)
                level, msg, exc_info = self._of_library(place, name, level, sentence, _error(exc_info))
                args = ()
            elif is_ours(place.module) and (error := _error(exc_info)) is not None:
                exc_info = self._of_ours(place, name, level, Sentence(f"the traceback of: {msg}"), error)
        record = self.make(name, level, pathname, lineno, msg, args, exc_info, func, sinfo, **more)
        if isinstance(withheld := _error(exc_info), Withheld):
            record.exc_text = str(withheld)
        if isinstance(msg, Listed):
            record.taskName = None  # Reflex's tasks are named after the client token of their page
        return record

    def _of_library(
        self, place: Place, name: str, level: int, sentence: Sentence, error: BaseException | None
    ) -> tuple[int, Listed, Any]:
        if sentence.exception:
            error = place.variables.get(sentence.exception)
        if sentence.is_counted and not self._is_logged(place, name, level, sentence, error):
            return NOT_LOGGED, Listed(), None
        return level, Listed(sentence.text), self._withheld(error)

    def _of_ours(self, place: Place, name: str, level: int, sentence: Sentence, error: BaseException) -> Any:
        """Each of our lines is logged, because it names the request. A repeated traceback is not."""
        return self._withheld(error) if self._is_logged(place, name, level, sentence, error) else None

    def _is_logged(self, place: Place, name: str, level: int, sentence: Sentence, error: BaseException | None) -> bool:
        if self.in_development and error is not None and is_authors(error):
            return True
        return self.repeats.is_first(_key(place, sentence, error), name, level, sentence.text)

    def _withheld(self, error: BaseException | None) -> Any:
        if error is None:
            return None
        return Withheld, Withheld(text_of(error, in_development=self.in_development)[-MAXIMUM_TRACEBACK_LENGTH:]), None

    def _tell_what_is_over(self) -> None:
        for complaint in self.repeats.over():
            logging.getLogger(complaint.logger).log(complaint.level, Listed(complaint.in_words()))


def _error(exc_info: Any) -> BaseException | None:
    return exc_info[1] if exc_info else None


def _key(place: Place, sentence: Sentence, error: BaseException | None) -> Hashable:
    """Two complaints with the same key are the same: place, sentence, and what failed where. No request can change the key."""
    last = traceback.extract_tb(error.__traceback__, limit=-1) if error is not None else []
    return place.module, place.line, sentence.text, type(error), *((frame.filename, frame.lineno) for frame in last)
