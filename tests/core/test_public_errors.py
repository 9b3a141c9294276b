"""Whatever a public method says that it raises can be caught: `rxapp.auth` has its class."""

import inspect
import re

import pytest

import rxapp.auth
from rxapp.auth import AuthError, AuthService
from rxapp.auth.core.accounts.administration import Administration
from rxapp.auth.core.accounts.self_service import Accounts
from rxapp.auth.core.database.nonblocking_sqlite import WouldBlock

FOR_EVENT_LOOPS = {WouldBlock.__name__}
"""Says that another method is to be asked; nobody who calls that one gets to see it."""


def named_after_raises(function):
    """The errors that stand behind the word `Raises` in its docstring."""
    for sentence in re.findall(r"\b[Rr]aises\b.*?(?:\.\s|\.?$)", inspect.getdoc(function) or "", re.DOTALL):
        yield from re.findall(r"`([A-Z]\w+)`", sentence)


def raised():
    for cls in (AuthService, Accounts, Administration):
        for name, method in inspect.getmembers(cls, inspect.isfunction):
            if not name.startswith("_"):
                for error in named_after_raises(method):
                    yield pytest.param(error, id=f"{cls.__name__}.{name}-{error}")


RAISED = [each for each in raised() if each.values[0] not in FOR_EVENT_LOOPS]


@pytest.mark.parametrize("error", RAISED)
def test_the_error_that_a_public_method_names_is_public(error):
    assert error in rxapp.auth.__all__
    assert issubclass(getattr(rxapp.auth, error), AuthError)


def test_there_are_as_many_as_the_docstrings_name():
    assert len(RAISED) > 40


def families_of(cls):
    for heir in cls.__subclasses__():
        yield heir
        yield from families_of(heir)


def test_so_is_every_refusal_of_the_core_but_those_of_an_operators_command():
    modules = {cls: cls.__module__ for cls in families_of(AuthError) if cls.__module__.startswith("rxapp.auth.core.")}
    ours = {cls.__name__ for cls, module in modules.items() if ".maintenance." not in module}
    assert sorted(ours - set(rxapp.auth.__all__)) == []
