"""What an attack tells: who sent what to whom, what came of it, and which rule decided."""

import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple

from rxapp.auth.features.inspector.recorder import Step

_ROOT = Path(__file__).parents[5]


class LabParty(IntEnum):
    """Who takes part, from left to right."""

    OWNER = 1
    OTHER = 2
    SERVER = 3
    DATABASE = 4


class Rule(NamedTuple):
    """A rule in a sentence, the function that has it, and the document that it comes from."""

    words: str
    function: Callable[..., Any]
    document: str
    link: str

    @property
    def code(self) -> str:
        """The function, as it is written."""
        return textwrap.dedent(inspect.getsource(inspect.unwrap(self.function)))

    @property
    def place(self) -> str:
        """The file and the line of the function."""
        code = inspect.unwrap(self.function).__code__
        return f"{Path(code.co_filename).relative_to(_ROOT)}:{code.co_firstlineno}"


@dataclass(frozen=True)
class Verdict:
    """`outcome` is what happened here, `naive` what happened to the tutorial's server. Both were seen, and not assumed.

    Only of a closed page it is known beforehand: the tutorial's server has none.

    `is_safe` says that nobody else got anything, and that the owner goes on if they may. `is_bound` is about the session.
    """

    is_safe: bool
    outcome: str
    naive: str
    rule: Rule
    is_bound: bool
    database: str = ""
    steps: tuple[Step, ...] = ()
    actors: tuple[str, str] = ("You", "")
