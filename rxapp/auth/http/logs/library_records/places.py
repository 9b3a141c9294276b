"""The place in a program that logs a record. It is found on the stack, because a record does not name its module."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record comes from. `frame` is None if it was not found on the stack. Then `module` is the logger's name."""

    module: str
    function: str
    line: int
    frame: FrameType | None = None
    is_compiled: bool = False
    """Whether its source file is of another language, so the record is a library's. The app itself logs from Python."""

    @property
    def variables(self) -> Mapping[str, Any]:
        """The local variables of the function at this moment."""
        return self.frame.f_locals if self.frame else {}

    def has_constant(self, text: str) -> bool:
        """Whether `text` is a constant in the source code of the function."""
        return self.frame is not None and any(type(each) is str and each == text for each in self.frame.f_code.co_consts)


def find_place(logger_name: str | None, file: str, line: int, function: str | None) -> Place:
    """The place of a record with these attributes. `logging` has found them on the same stack.

    `logging.makeLogRecord` gives no name, because it fills in the attributes of other processes' records afterwards.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == function and frame.f_code.co_filename == file:
            return Place(frame.f_globals.get("__name__") or "", frame.f_code.co_name, line, frame)
        frame = frame.f_back
    return Place(logger_name or "", function or "?", line, is_compiled=bool(file) and not file.endswith(".py"))
