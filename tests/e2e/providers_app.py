"""The app under test, which notes in `RXAPP_TEST_STEPS_FILE` which process has taken which step of a login at a provider."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rxapp.auth.features.providers import cookies, entering
from tests.e2e.served_app import app  # noqa: F401

_file = Path(os.environ["RXAPP_TEST_STEPS_FILE"])


def _noted(step: str, act: Callable[..., Any]) -> Callable[..., Any]:
    def take(*given: Any, **named: Any) -> Any:
        with _file.open("a") as file:
            file.write(f"{step} {os.getpid()}\n")
        return act(*given, **named)

    return take


cookies.keep = _noted("start", cookies.keep)
cookies.take = _noted("callback", cookies.take)
entering.log_in = _noted("ticket", entering.log_in)
