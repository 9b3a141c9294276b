"""One event handler calls another as it would call a function: its guard asks all the same, and nobody becomes somebody else."""

import logging

import pytest
import reflex as rx
from reflex.event import Event

from rxapp.auth import PermissionDenied
from rxapp.auth.web import AdmittedNoMore, AuthState, admit_again, current_user, event
from rxapp.auth.web.page_session.work import begin_work
from tests.web.test_events import in_a_loop, page, signed_in  # noqa: F401  fixtures

LOG = "rxapp.auth.web.direct_calls"


class Calling(rx.State):
    """Handlers that call each other."""

    seen: list[str] = []

    @event
    async def for_any_user(self, word: str = ""):
        self.seen.append(f"{word} {current_user().user_name}".strip())
        return rx.console_log("followed")

    @event
    async def in_steps(self):
        for number in range(2):
            self.seen.append(f"step {number}")
            yield rx.console_log(str(number))

    @event(roles=["Boss"])
    async def for_a_boss(self):
        self.seen.append("boss")

    @event(roles=["Manager"])
    async def asks_again_afterwards(self):
        await self.for_any_user()
        self.seen.append((await admit_again(self)).user_name)
        await self.forgets_to_be_admitted()

    @event(roles=["Manager"])
    async def goes_through(self):
        async for chained in self.in_steps():
            self.seen.append(current_user().user_name)
            yield chained

    @event(public=True)
    async def forgets_to_be_admitted(self):
        self.seen.append("public")

    @event(public=True)
    async def public_one(self):
        follows = await self.for_any_user("hello")
        with pytest.raises(PermissionDenied):
            current_user()
        return follows

    @event(public=True)
    async def does_not_wait(self):
        self.for_any_user()

    @event(public=True)
    async def calls_the_boss(self):
        await self.for_a_boss()
        self.seen.append("went on")

    @event
    async def calls_itself(self, left: int = 2):
        self.seen.append(str(left))
        if left:
            await self.calls_itself(left - 1)


def call(root, name: str) -> list:
    """As Reflex does, after the gate: returns what follows."""

    async def as_reflex() -> list:
        auth, state = await root.get_state(AuthState), await root.get_state(Calling)
        begin_work("a page", Event(name=f"{Calling.get_full_name()}.{name}"), auth._page)
        result = Calling.event_handlers[name].fn(state)
        if hasattr(result, "__aiter__"):
            return [chained async for chained in result if chained is not None]
        return [await result]

    return in_a_loop(as_reflex())


def seen(root) -> list[str]:
    return list(in_a_loop(root.get_state(Calling)).seen)


def test_awaited_it_runs_behind_its_guard_and_gives_what_follows(signed_in):  # noqa: F811
    (follows,) = call(signed_in, "public_one")
    assert "followed" in str(follows.args)
    assert seen(signed_in) == ["hello johndoe"]


def test_what_it_yields_comes_one_after_the_other(signed_in):  # noqa: F811
    assert len(call(signed_in, "goes_through")) == 2
    assert seen(signed_in) == ["step 0", "johndoe", "step 1", "johndoe"]


def test_afterwards_the_one_who_called_is_asked_for_their_own_roles_again(signed_in):  # noqa: F811
    call(signed_in, "asks_again_afterwards")
    assert seen(signed_in) == ["johndoe", "johndoe", "public"]


def test_who_is_not_let_in_ends_the_one_who_called_too(signed_in):  # noqa: F811
    with pytest.raises(AdmittedNoMore):
        call(signed_in, "calls_the_boss")
    assert seen(signed_in) == []


def test_of_a_handler_that_calls_itself_each_call_runs(signed_in):  # noqa: F811
    call(signed_in, "calls_itself")
    assert seen(signed_in) == ["2", "1", "0"]


def test_one_that_is_not_awaited_says_so_in_the_log(signed_in, caplog):  # noqa: F811
    with caplog.at_level(logging.ERROR, logger=LOG):
        call(signed_in, "does_not_wait")
    assert seen(signed_in) == []
    (record,) = caplog.records
    assert "Calling.for_any_user was called and not awaited" in record.getMessage()


def test_one_that_is_awaited_says_nothing(signed_in, caplog):  # noqa: F811
    with caplog.at_level(logging.ERROR, logger=LOG):
        call(signed_in, "public_one")
    assert not caplog.records
