"""What `make test` leaves to `make test-thorough`: more of what shows the same again."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest


def thorough_but_for(each_time: Collection[Any], values: Iterable[Any] | Mapping[Any, Any]) -> list[Any]:
    """The values for a parameter, of which `make test` tries those `each_time`; of a mapping they are named by its keys."""
    assert set(each_time) <= set(values), "else it is tried by neither"
    named = values.items() if isinstance(values, Mapping) else ((None, value) for value in values)
    return [
        pytest.param(value, id=name, marks=() if (value if name is None else name) in each_time else pytest.mark.thorough)
        for name, value in named
    ]


def thorough_on_postgresql(items: list[pytest.Item], folder: Path, each_time: Collection[str]) -> None:
    """In this folder, what is tried on SQLite too, but for the tests in whose ids is one of `each_time`."""
    ids = {item.nodeid for item in items}
    for item in items:
        is_meant = folder in item.path.parents and not any(part in item.nodeid for part in each_time)
        if is_meant and "postgresql" in item.name and item.nodeid.replace("postgresql", "sqlite") in ids:
            item.add_marker("thorough")
