"""Which states are Reflex's own is written down; when Reflex registers another one, this says so."""

import json
import subprocess
import sys

import pytest
from reflex.state import ComponentState

from rxapp.auth.web.reflex_internals.registered_handlers import REFLEX_STATES
from tests.conftest import ROOT

LOOK = """
import importlib, importlib.metadata, json, re
import reflex as rx
from reflex_base.registry import RegistrationContext

OF_A_STATE = re.compile(r"^ *class \\w+\\([^)]*State", re.MULTILINE)
for distribution in importlib.metadata.distributions():
    if re.match(r"reflex($|[-_.])", distribution.name):
        for file in distribution.files or ():
            if file.suffix == ".py" and "." not in "".join(file.parts[:-1]) and OF_A_STATE.search(file.read_text()):
                importlib.import_module(".".join(file.with_suffix("").parts).removesuffix(".__init__"))
registered = [f"{state.__module__}.{state.__qualname__}" for state in RegistrationContext.get().base_states.values()]

from reflex.state import OnLoadInternalState
from rxapp.auth.web.reflex_internals.registered_handlers import is_reflexs_own

def in_a_function():
    class Local(rx.State):
        pass
    return Local

class OfAComponent(rx.ComponentState):
    @classmethod
    def get_component(cls):
        return rx.el.p()

class Room(rx.SharedState):
    pass

class Below(OnLoadInternalState):
    pass

apps = [in_a_function(), OfAComponent, OfAComponent.create().State, Room, Below]
print(json.dumps([registered, [state.__module__ for state in apps], [is_reflexs_own(state) for state in apps]]))
"""


@pytest.fixture(scope="module")
def seen():
    """In a process of its own, for a state is registered for good."""
    done = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_all_that_reflex_registers_by_itself_is_named_and_nothing_else(seen):
    named = {f"{state.__module__}.{state.__qualname__}" for state in REFLEX_STATES - {ComponentState}}  # that one is a mixin
    assert set(seen[0]) == named


def test_a_state_is_the_apps_wherever_it_is_defined(seen):
    _, modules, are_reflexs_own = seen
    assert modules.count("reflex.istate.dynamic") == 2
    assert not any(are_reflexs_own)
