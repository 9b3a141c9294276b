"""Warnings of libraries (`warnings.warn`). They reach the terminal without a logger, and may quote a request too."""

import warnings
from collections.abc import Callable

from rxapp.auth.http.logs.library_records.libraries import installed_package, is_library

NOT_SHOWN = "(not shown: it may contain what was sent)"

_ABOUT_CODE = (DeprecationWarning, PendingDeprecationWarning, FutureWarning, ImportWarning, SyntaxWarning)
"""Categories that are about the program and not about its input."""


def keep_payloads_out_of_warnings() -> None:
    """From now on, hide the text of libraries' warnings, printed or logged (`logging.captureWarnings`)."""
    if not isinstance(warnings.formatwarning, _Format):
        warnings.formatwarning = _Format(warnings.formatwarning)


class _Format:
    """Replaces `warnings.formatwarning`. Printing and logging both use it."""

    def __init__(self, otherwise: Callable[..., str]) -> None:
        self._otherwise = otherwise

    def __call__(
        self, message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
    ) -> str:
        """The text of a warning."""
        is_librarys = is_library(category.__module__) or is_library(installed_package(filename) or "")
        text = NOT_SHOWN if is_librarys and not issubclass(category, _ABOUT_CODE) else message
        return self._otherwise(text, category, filename, lineno, line)
