"""People who take turns in one browser, as a state machine against the real server: in whatever order, nobody is shown another's.

Two people use up to three tabs of one browser. They log in and out in any of them, click, load, start tasks that end later, chain
events in the moment of a log-out, and join a room in which a third person writes.

1. What is of one person is not sent to a tab in which another, or nobody, is: no var, no event, no download, also not when the
   tab is loaded again.
2. What is said in the room comes to no tab that is not in it, and is lost to nobody who is.
3. No click of the one who is there is lost.
"""

import uuid

import hypothesis.strategies as st
import pytest
from hypothesis import Phase
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from chaos.page import AUTH_STATE, VAR
from tests.conftest import PASSWORD
from tests.sockets.raw_page import REPORT, Browser, RawPage, storage_of
from tests.sockets.test_pages_in_any_order import loop  # noqa: F401  a fixture
from tests.sockets.test_people_who_take_turns import LOG_OUT, ROOM, STARTED, handler

PEOPLE = ["one", "other"]
LATER = ["yield_later", "download_later", "write_later", "write_later_unguarded"]
NOBODY = {"token": "", "refreshToken": ""}


def secret_of(user: str) -> str:
    return f"secret of {user}"


class SharedComputer:
    """One browser: its tabs, and who is signed in."""

    def __init__(self, attacked) -> None:
        self.attacked = attacked
        self.browser = Browser()
        self.users = {name: attacked.new_user(f"{name} {uuid.uuid4().hex[:8]}") for name in PEOPLE}
        self.tabs: list[RawPage] = []
        self.there: str | None = None
        self.gates: list[str] = []
        self.room = uuid.uuid4().hex
        self.in_the_room: set[str] = set()
        """The client tokens of the tabs that are in it."""

    async def begin(self) -> None:
        self.third = RawPage(self.attacked.url)
        await self.third.open("/room")
        await self.third.log_in(self.attacked.new_user(f"third {uuid.uuid4().hex[:8]}"), PASSWORD)
        await self.join(self.third)
        await self.open_tab()

    async def open_tab(self) -> None:
        tab = RawPage(self.attacked.url, browser=self.browser)
        await tab.open("/room")
        await tab.quiet()
        self.tabs.append(tab)

    async def join(self, tab: RawPage) -> None:
        await tab.send(f"{ROOM}.join", {"room": self.room})
        await tab.until(lambda: tab.value(f"title{VAR}", ROOM) == "the room")
        self.in_the_room.add(tab.client_token)

    async def log_in(self, name: str, tab: RawPage) -> None:
        await tab.log_in(self.users[name], PASSWORD)
        await tab.until(lambda: tab.value(f"user_name{VAR}", AUTH_STATE) == self.users[name])
        await self._changed(name, tab)

    async def log_out(self, tab: RawPage) -> None:
        await tab.send(LOG_OUT)
        await tab.until(lambda: self.browser.pair in ({}, NOBODY))
        await self._changed(None, tab)

    async def _changed(self, name: str | None, where: RawPage) -> None:
        """All tabs hear of it, as a browser tells them. From now on they show whoever is there."""
        self.there = name
        for tab in self.tabs:
            if tab is not where:
                await tab.send(REPORT, storage_of(self.browser.pair or NOBODY))
                await tab.send(f"{AUTH_STATE}.session_changed")
        for tab in self.tabs:
            await tab.quiet()
            self.in_the_room.discard(tab.client_token)
            tab.messages.clear()
            tab.updates.clear()

    async def click(self, tab: RawPage) -> None:
        await tab.send(REPORT, storage_of(self.browser.pair))
        text = f"{secret_of(self.users[self.there])} {uuid.uuid4().hex}"
        await tab.send(f"{STARTED}.show", {"text": text})
        await tab.until(lambda: text in tab.everything)

    async def start(self, name: str, tab: RawPage) -> None:
        self.gates.append(gate := uuid.uuid4().hex)
        await tab.send(f"{STARTED}.{name}", {"gate": gate, "text": secret_of(self.users[self.there])})
        await tab.quiet()

    def open_gates(self) -> None:
        for gate in self.gates:
            (self.attacked.server.directory / gate).touch()
        self.gates.clear()

    async def say_in_the_room(self) -> None:
        text = f"said {uuid.uuid4().hex}"
        outside = [tab for tab in self.tabs if tab.client_token not in self.in_the_room]
        await self.third.send(f"{ROOM}.say", {"text": text})
        for tab in self.tabs:
            if tab.client_token in self.in_the_room:
                await tab.until(lambda: text in tab.everything)  # noqa: B023
        for tab in outside:
            await tab.quiet()
            assert text not in tab.everything

    async def reload(self, tab: RawPage) -> None:
        await tab.close()
        tab.messages.clear()
        tab.updates.clear()
        await tab.open("/room")
        await tab.quiet()

    async def close(self) -> None:
        for tab in [*self.tabs, self.third]:
            await tab.close()


class Turns(RuleBasedStateMachine):
    """Each example is a new computer at one server."""

    attacked = None
    loop = None

    @initialize()
    def begin(self) -> None:
        self.computer = SharedComputer(self.attacked)
        self.loop.run(self.computer.begin())

    def tab(self, number: int) -> RawPage:
        return self.computer.tabs[number % len(self.computer.tabs)]

    somebody_is_there = precondition(lambda self: self.computer.there is not None)

    @precondition(lambda self: len(self.computer.tabs) < 3)
    @rule()
    def a_tab_is_opened(self) -> None:
        self.loop.run(self.computer.open_tab())

    @rule(name=st.sampled_from(PEOPLE), number=st.integers(0, 2))
    def somebody_logs_in(self, name, number) -> None:
        self.loop.run(self.computer.log_in(name, self.tab(number)))

    @somebody_is_there
    @rule(number=st.integers(0, 2))
    def they_log_out(self, number) -> None:
        self.loop.run(self.computer.log_out(self.tab(number)))

    @somebody_is_there
    @rule(number=st.integers(0, 2))
    def they_click(self, number) -> None:
        self.loop.run(self.computer.click(self.tab(number)))

    @somebody_is_there
    @rule(number=st.integers(0, 2))
    def they_load_what_is_theirs(self, number) -> None:
        tab, text = self.tab(number), secret_of(self.computer.users[self.computer.there])
        self.loop.run(tab.send(f"{STARTED}.load", {"text": text}))
        self.loop.run(tab.send(handler("notepad_n1.load")))
        self.loop.run(tab.until(lambda: text in tab.everything))

    @somebody_is_there
    @rule(name=st.sampled_from(LATER), number=st.integers(0, 2))
    def they_start_something(self, name, number) -> None:
        self.loop.run(self.computer.start(name, self.tab(number)))

    @rule()
    def it_is_done(self) -> None:
        self.computer.open_gates()
        for tab in self.computer.tabs:
            self.loop.run(tab.quiet())

    @somebody_is_there
    @rule(number=st.integers(0, 2), name=st.sampled_from([None, *PEOPLE]))
    def they_chain_something_and_leave_at_once(self, number, name) -> None:
        tab, text = self.tab(number), secret_of(self.computer.users[self.computer.there])
        self.loop.run(tab.send(f"{STARTED}.chain", {"text": text}))
        self.loop.run(self.computer.log_in(name, tab) if name else self.computer.log_out(tab))

    @somebody_is_there
    @rule(number=st.integers(0, 2), name=st.sampled_from([None, *PEOPLE]))
    def they_leave_while_a_handler_writes(self, number, name) -> None:
        tab = self.tab(number)
        self.loop.run(self.computer.start("write_slowly", tab))
        self.loop.run(tab.send(f"{STARTED}.show", {"text": secret_of(self.computer.users[self.computer.there])}))
        self.computer.open_gates()
        self.loop.run(self.computer.log_in(name, tab) if name else self.computer.log_out(tab))

    @somebody_is_there
    @rule(number=st.integers(0, 2))
    def they_join_the_room(self, number) -> None:
        self.loop.run(self.computer.join(self.tab(number)))

    @rule()
    def something_is_said_in_the_room(self) -> None:
        self.loop.run(self.computer.say_in_the_room())

    @rule(number=st.integers(0, 2))
    def a_tab_is_loaded_again(self, number) -> None:
        self.loop.run(self.computer.reload(self.tab(number)))

    @invariant()
    def each_tab_shows_what_is_of_the_one_who_is_there_and_nothing_else(self) -> None:
        computer = getattr(self, "computer", None)
        for tab in computer.tabs if computer else ():
            for name, user in computer.users.items():
                assert name == computer.there or secret_of(user) not in tab.everything

    def teardown(self) -> None:
        if (computer := getattr(self, "computer", None)) is not None:
            self.it_is_done()
            for tab in computer.tabs:
                self.loop.run(computer.reload(tab))
            self.each_tab_shows_what_is_of_the_one_who_is_there_and_nothing_else()
            self.loop.run(computer.close())


@pytest.mark.parametrize("examples", [2, pytest.param(20, marks=pytest.mark.thorough)])
@pytest.mark.timeout(600)
def test_in_any_order_nobody_is_shown_what_is_of_another_and_no_click_is_lost(attacked, loop, examples):  # noqa: F811
    Turns.attacked, Turns.loop = attacked, loop
    options = {"max_examples": examples, "stateful_step_count": 12, "phases": [Phase.generate]}
    run_state_machine_as_test(Turns, settings=hypothesis_settings(**options))
