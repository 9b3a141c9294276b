"""What a browser can call has a name of its own, and a mark that counts only where it was put."""

import functools

import pytest
import reflex as rx
from reflex.state import State
from reflex_base.registry import RegistrationContext

from rxapp.auth.web.guards import event
from rxapp.auth.web.reflex_internals.registered_handlers import callable_handlers, identity_of
from rxapp.auth.web.site.handler_policy import PUBLIC, handler_policies, policy_of
from tests.web.test_events import in_a_loop

HERE = "test_registered_handlers."


def logged(handler):
    @functools.wraps(handler)
    def run(*arguments):
        return handler(*arguments)

    return run


class Plain:
    prices: list[int] = []

    def set_price_of_all(self, price):
        self.prices.append(price)

    @classmethod
    def set_nothing(cls, value):
        """As good as any."""


class Mixin(rx.State, mixin=True):
    @event(roles=["Clerk"])
    def guarded(self):
        """For clerks."""

    @event(public=True)
    def open(self):
        """For all."""


class One(Mixin, Plain, rx.State):
    number: int = 0

    def set_number(self, number: int):
        self.number = number

    @logged
    @event(roles=["Clerk"])
    def covered(self):
        """Under another decorator."""

    @event(roles=["Clerk"])
    @logged
    def outermost(self):
        """Above it."""


class Two(Mixin, rx.State):
    pass


class Inner(One):
    def same(self):
        """Of the one."""


def same(self):
    """Of the other, guarded."""


type("Inner", (Two,), {"__module__": __name__, "__qualname__": "Inner", "same": event(same)})
"""Reflex tells them apart by their parents."""


@pytest.fixture(scope="module")
def policies():
    of_other_tests = RegistrationContext.ensure_context()
    RegistrationContext.set(of_other_tests.fork())
    yield {name.partition(HERE)[2]: policy for name, policy in handler_policies().items() if HERE in name}
    RegistrationContext.set(of_other_tests)


def test_a_mark_counts_in_each_state_that_a_mixin_is_in(policies):
    for state in ("One", "Two"):
        assert policies[f"{state}.guarded"] == frozenset({"Clerk"})
        assert policies[f"{state}.open"] == PUBLIC


def test_a_mark_that_functools_has_copied_counts_for_nothing(policies):
    assert policies["One.covered"] is None
    assert policies["One.outermost"] == frozenset({"Clerk"})


def test_two_wrappers_that_one_decorator_has_made_are_two_functions():
    first, second = (logged(lambda self: None) for _ in range(2))
    assert first.__code__ is second.__code__
    assert identity_of(first) != identity_of(second)
    assert identity_of(first) == identity_of(State._copy_fn(first))
    assert policy_of(logged(event(public=True)(first))) is None


def test_what_setvar_calls_is_one_of_them(policies):
    assert policies["One.set_price_of_all"] is None
    assert policies["One.set_nothing"] is None
    page = State(_reflex_internal_init=True)
    one = in_a_loop(page.get_state(One))
    One.event_handlers["setvar"].fn(one, "price_of_all", 3)
    assert One.prices == [3], "as any browser can do it"


def test_two_states_of_one_name_do_not_hide_each_other(policies):
    policy_by_parent = {name.split(".")[-3]: policy for name, policy in policies.items() if name.startswith("Inner.same (")}
    assert [policy_by_parent[parent] for parent in sorted(policy_by_parent)] == [None, frozenset()]


def test_what_is_reflexs_own_is_none():
    assert not [handler.name for handler in callable_handlers() if handler.name.startswith("reflex")]
