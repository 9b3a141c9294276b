"""The records that libraries make, before any handler of whatever logging sees them.

A record factory is the one place by which all of them pass: of whatever logger, made whenever, whatever handlers there are.
"""

import logging
import traceback
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.http.logs.library_records.exceptions import Withheld, is_authors, text_of
from rxapp.auth.http.logs.library_records.libraries import is_library, is_ours
from rxapp.auth.http.logs.library_records.listed import Listed, is_before_anybody_comes, listed
from rxapp.auth.http.logs.library_records.places import Place, find_place
from rxapp.auth.http.logs.library_records.repeats import Repeats
from rxapp.auth.http.logs.library_records.sentences import Sentence
from rxapp.auth.http.logs.library_records.warning_texts import keep_payloads_out_of_warnings

MAXIMUM_TRACEBACK_LENGTH = 16_384
"""Characters of a traceback that are kept, from its end: it may be deep."""

UNHEARD = -1
"""The level of a record that is counted and not logged: every handler wants at least 0."""

_repeats = Repeats()


def keep_payloads_out(settings: Settings) -> None:
    """See to it that nothing that was sent is in what libraries log, in the whole process, from now on.

    May be called again: around a record factory that the app has set meanwhile, ours is put anew.
    """
    keep_payloads_out_of_warnings()
    current = logging.getLogRecordFactory()
    if not isinstance(current, LibraryRecords):
        logging.setLogRecordFactory(LibraryRecords(current, in_development=not settings.in_production))


@dataclass(frozen=True, slots=True)
class LibraryRecords:
    """A record factory around another, `make`. In development authors read what their own code raised."""

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
        """The record: the app's own as it is, a library's with what is listed."""
        if not isinstance(msg, Listed):
            self._tell_what_is_over()
            place = find_place(name, pathname, lineno, func)
            if (place.is_compiled or is_library(place.module)) and not is_before_anybody_comes(place):
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
        if sentence.is_counted and not self._is_told(place, name, level, sentence, error):
            return UNHEARD, Listed(), None
        return level, Listed(sentence.text), self._withheld(error)

    def _of_ours(self, place: Place, name: str, level: int, sentence: Sentence, error: BaseException) -> Any:
        """Our lines name the request, so each is logged. The same traceback is not."""
        return self._withheld(error) if self._is_told(place, name, level, sentence, error) else None

    def _is_told(self, place: Place, name: str, level: int, sentence: Sentence, error: BaseException | None) -> bool:
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
    """What makes two complaints the same: where they come from, what is said, and what failed where. All of it is code's."""
    last = traceback.extract_tb(error.__traceback__, limit=-1) if error is not None else []
    return place.module, place.line, sentence.text, type(error), *((frame.filename, frame.lineno) for frame in last)
