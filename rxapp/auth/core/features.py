"""Features: further ways to prove an identity or to delegate access. A `Feature` says what it adds, and where.

The core, HTTP and the pages know no feature by name. Each asks the service for its features, and takes the part that belongs to
it. A feature gives its modules by their dotted names. They are loaded only when needed: a feature's rules need no Reflex.
"""

import functools
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

from rxapp.auth.core.audit.events import EventKind, Follower
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.login.confirmation import Proof
from rxapp.auth.core.login.enrolment import Enrolment
from rxapp.auth.core.login.second_factor import SecondFactor
from rxapp.auth.core.login.session_start import Completion
from rxapp.auth.core.login.stages import LoginStage
from rxapp.auth.core.login.ways_in import WayIn
from rxapp.auth.core.settings.settings import Settings

_PACKAGE = "rxapp.auth.features"

Rewrapper = Callable[[Settings, Database], int]
"""Encrypts stored secrets again under the current secret key, and returns how many."""


NameFinder = Callable[[str], tuple[str, str] | None]
"""For a text that may name a person in another way: what attempts count for, made of the text alone, and the user name.

The user name is the text itself if it names nobody. None for any other text.
"""


@dataclass(frozen=True, slots=True)
class Pruner:
    """Removes rows of one kind that have been kept for long enough.

    `remove` deletes one batch of rows in one transaction, and returns their number. It is called until it returns 0.
    `kind` is the name that the operator sees, in the plural. `table` is the name in the metrics.
    """

    kind: str
    table: str
    count: Callable[[Settings, Database, Clock], int]
    remove: Callable[[Settings, Database, Clock], int]


@dataclass(frozen=True, slots=True)
class Feature:
    """Everything that one feature adds. A field that is left out costs nothing.

    `stages`, `proofs`, `second_factors`, `enrolments`, `ways_in` and `completions` are factories: each `AuthService` calls them
    with itself. `event_kinds` are the further kinds of events that the feature writes into the audit log, and `announced_kinds`
    those of them that each open page of the user says (`NewsTexts`). `pruners` remove its rows that have been kept for long
    enough. `rewrappers` are for `keys rotate`.

    `name_finders` find the user name of whoever logs in by something else, such as an address. `event_followers` are called for
    each event of the audit log, in its transaction. A feature whose `is_on` says no is not there, as if it had not been chosen.

    `routes` names a module with a `router` of FastAPI, `pages` one with `add_pages()`, `commands` one with
    `add_commands(groups)`, `checks` one with `check(settings, database)`, which yields findings for `doctor`, and `tasks` one
    with `running()`, a context manager for what runs while the app does.
    """

    name: str
    stages: tuple[Callable[[Any], LoginStage], ...] = ()
    proofs: tuple[Callable[[Any], Proof], ...] = ()
    second_factors: tuple[Callable[[Any], SecondFactor], ...] = ()
    enrolments: tuple[Callable[[Any], Enrolment], ...] = ()
    ways_in: tuple[Callable[[Any], WayIn], ...] = ()
    completions: tuple[Callable[[Any], Completion], ...] = ()
    name_finders: tuple[Callable[[Any], NameFinder], ...] = ()
    event_followers: tuple[Callable[[Any], Follower], ...] = ()
    pruners: tuple[Pruner, ...] = ()
    rewrappers: tuple[Rewrapper, ...] = ()
    event_kinds: tuple[str, ...] = ()
    announced_kinds: tuple[str, ...] = ()
    routes: str = ""
    pages: str = ""
    commands: str = ""
    checks: str = ""
    tasks: str = ""
    is_on: Callable[[Settings], bool] | None = None

    def load(self, place: str) -> ModuleType | None:
        """The module that `place` names, such as `routes`, or None."""
        name = getattr(self, place)
        return import_module(name) if name else None


@functools.cache
def included_features() -> tuple[Feature, ...]:
    """All features that rxapp ships, in the order of their names, also those that the settings switch off."""
    package = import_module(_PACKAGE)
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return tuple(import_module(f"{_PACKAGE}.{name}").FEATURE for name in names)


def features_in_use(settings: Settings, chosen: Sequence[Feature] | None = None) -> tuple[Feature, ...]:
    """Those of the `chosen` features, by default of all, that these settings do not switch off."""
    wanted = included_features() if chosen is None else chosen
    return tuple(feature for feature in wanted if feature.is_on is None or feature.is_on(settings))


def pruners_of(features: Sequence[Feature]) -> list[Pruner]:
    """The pruners of all these features."""
    return [pruner for feature in features for pruner in feature.pruners]


def rewrappers_of(features: Sequence[Feature]) -> list[Rewrapper]:
    """The rewrappers of all these features."""
    return [rewrapper for feature in features for rewrapper in feature.rewrappers]


def announced_kinds(features: Sequence[Feature]) -> frozenset[str]:
    """The kinds of events that open pages say."""
    return frozenset(kind for feature in features for kind in feature.announced_kinds)


def event_kinds(features: Sequence[Feature]) -> list[str]:
    """All kinds of events in the audit log: those of the core, and those of the features."""
    return [*EventKind, *(kind for feature in features for kind in feature.event_kinds)]
