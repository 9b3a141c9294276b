"""Further ways to prove who one is, or to hand access on: what each of them adds, and to which place.

The core, HTTP and the pages know no feature by name. They ask the service for its features, and give each what belongs to its
own place. A module is named by its dotted name, and loaded only where it is needed: the rules of a feature need no Reflex.
"""

import functools
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.login.confirmation import Proof
from rxapp.auth.core.login.stages import LoginStage
from rxapp.auth.core.settings.settings import Settings

_ROOM = "rxapp.auth.features"


@dataclass(frozen=True, slots=True)
class Pruner:
    """What is removed of one kind, when it has been kept for long enough.

    `remove` takes a batch of rows in one transaction, and returns how many there were; it is called until there are none.
    `kind` is its name for the operator, in the plural; `table` is the one that metrics name.
    """

    kind: str
    table: str
    count: Callable[[Settings, Database, Clock], int]
    remove: Callable[[Settings, Database, Clock], int]


@dataclass(frozen=True, slots=True)
class Feature:
    """Everything that one feature adds. What is left out costs nothing.

    `stages` and `proofs` are made for each `AuthService`, which they are called with. `event_kinds` are what it writes into the
    audit log besides the kinds of the core. `pruners` remove what it has kept for long enough.

    `routes` names a module with a `router` of FastAPI, `pages` one with `add_pages()`, `commands` one with
    `add_commands(groups)`, and `checks` one with `check(settings, database)`, which yields findings for `doctor`.
    """

    name: str
    stages: tuple[Callable[[Any], LoginStage], ...] = ()
    proofs: tuple[Callable[[Any], Proof], ...] = ()
    pruners: tuple[Pruner, ...] = ()
    event_kinds: tuple[str, ...] = ()
    routes: str = ""
    pages: str = ""
    commands: str = ""
    checks: str = ""
    needs_configuration: bool = False

    def load(self, place: str) -> ModuleType | None:
        """The module for that place, such as `routes`, or None."""
        name = getattr(self, place)
        return import_module(name) if name else None


@functools.cache
def included_features() -> tuple[Feature, ...]:
    """All features that come with us and need no configuration, in the order of their names."""
    room = import_module(_ROOM)
    names = sorted(module.name for module in pkgutil.iter_modules(room.__path__))
    found = [import_module(f"{_ROOM}.{name}").FEATURE for name in names]
    return tuple(feature for feature in found if not feature.needs_configuration)


def pruners_of(features: Sequence[Feature]) -> list[Pruner]:
    """All of theirs."""
    return [pruner for feature in features for pruner in feature.pruners]


def event_kinds(features: Sequence[Feature]) -> list[str]:
    """Everything that the audit log may say: the kinds of the core, and those of the features."""
    return [*EventKind, *(kind for feature in features for kind in feature.event_kinds)]
