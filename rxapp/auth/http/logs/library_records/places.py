"""The place in a program that logs something: found on the stack, for a record does not say which module it is from."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record comes from. `frame` is None if nothing on the stack made it: then the logger's name must do for `module`."""

    module: str
    function: str
    line: int
    frame: FrameType | None = None
    is_compiled: bool = False
    """Whether it names a source file of another language. The app's author would have logged from Python."""

    @property
    def variables(self) -> Mapping[str, Any]:
        """The local variables of the function at this moment."""
        return self.frame.f_locals if self.frame else {}

    def has_constant(self, text: str) -> bool:
        """Whether `text` stands like that in the source code of the function."""
        return self.frame is not None and any(type(each) is str and each == text for each in self.frame.f_code.co_consts)


def find_place(logger_name: str | None, file: str, line: int, function: str | None) -> Place:
    """The place of a record with these attributes, which `logging` has found on the same stack.

    `logging.makeLogRecord` gives no name: it fills in records of other processes afterwards.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == function and frame.f_code.co_filename == file:
            return Place(frame.f_globals.get("__name__") or "", frame.f_code.co_name, line, frame)
        frame = frame.f_back
    return Place(logger_name or "", function or "?", line, is_compiled=bool(file) and not file.endswith(".py"))
