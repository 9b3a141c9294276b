"""Pages and strangers as a state machine, against the real server: whatever they do in whatever order, the rule for pages holds.

Two people, one in a browser that keeps a key and one in a browser that does not, open tabs, click, reload, lose connections and
answers, duplicate tabs, upload. Strangers connect with the client tokens of their pages, report what they like, call what they
like, upload, and hold a copy of the bound person's tokens.

1. No connection is sent what belongs to a session that it has not shown: no data, no token.
2. No click of an owner's is lost.
3. Nobody is signed out by what strangers do.
"""

import asyncio
import threading
import uuid

import hypothesis.strategies as st
import pytest
from hypothesis import Phase
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from chaos.page import AUTH_STATE, HYDRATE
from tests.sockets.raw_page import MARKER, REPORT, RawPage, storage_of
from tests.sockets.test_a_strangers_connection import AFTERWARDS, DIARY, REPORTS, Owner
from tests.sockets.test_uploads import ticket_of, upload

EXPIRY = 301
PEOPLE = ["bound", "unbound"]


class Loop:
    """An event loop in a thread of its own, on which all connections live."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(90)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)


class Person:
    """Their browser: what it holds is shared by its tabs."""

    def __init__(self, attacked, *, is_bound: bool) -> None:
        self.owner = Owner(attacked, is_bound=is_bound)
        self.first = self.owner.page
        self.tabs: list[RawPage] = []

    @property
    def pair(self) -> dict[str, str]:
        return self.first.pair

    async def begin(self) -> None:
        await self.owner.read_the_diary()
        self.tabs = [self.first]

    async def open(self, client_token: str = "") -> RawPage:
        """A tab, or with a client token the same tab once more. All tabs share one storage."""
        tab = RawPage(self.first.url, client_token=client_token, browser=self.first.browser)
        await tab.open("/diary")
        self.tabs.append(tab)
        return tab

    async def click(self, tab: RawPage) -> None:
        """A click that must be done, and be seen to be done."""
        await tab.send(REPORT, storage_of(tab.pair))  # as the browser reports what another tab has stored
        text = f"click {uuid.uuid4().hex}"
        await tab.send(f"{DIARY}.add", {"text": text})
        await tab.until(lambda: f"{MARKER}: {text}" in tab.everything)
        await tab.quiet()

    async def leave(self, tab: RawPage) -> None:
        await tab.close()
        self.tabs.remove(tab)


class Pages(RuleBasedStateMachine):
    """Each example is new people on one server."""

    attacked = None
    loop = None

    @initialize()
    def sign_in(self) -> None:
        self.people = {name: Person(self.attacked, is_bound=name == "bound") for name in PEOPLE}
        self.client_tokens: list[str] = []
        self.strangers: list[RawPage] = []
        for person in self.people.values():
            self.loop.run(person.begin())
            self.client_tokens.append(person.first.client_token)

    # The owners

    @rule(name=st.sampled_from(PEOPLE), tab=st.integers(0, 3))
    def clicks(self, name, tab) -> None:
        person = self.people[name]
        if person.tabs:
            self.loop.run(person.click(person.tabs[tab % len(person.tabs)]))

    @precondition(lambda self: all(len(person.tabs) < 4 for person in self.people.values()))
    @rule(name=st.sampled_from(PEOPLE))
    def opens_a_tab(self, name) -> None:
        self.client_tokens.append(self.loop.run(self.people[name].open()).client_token)

    @rule(name=st.sampled_from(PEOPLE), tab=st.integers(0, 3), does_reload=st.booleans())
    def closes_or_reloads_a_tab(self, name, tab, does_reload) -> None:
        person = self.people[name]
        if person.tabs:
            left = person.tabs[tab % len(person.tabs)]
            self.loop.run(person.leave(left))
            if does_reload:
                self.loop.run(person.open(left.client_token))

    @rule(name=st.sampled_from(PEOPLE))
    def duplicates_a_tab(self, name) -> None:
        person = self.people[name]
        if person.tabs and len(person.tabs) < 4:
            self.loop.run(person.open(person.tabs[0].client_token))

    @rule(name=st.sampled_from(PEOPLE))
    def uploads_a_file(self, name) -> None:
        person = self.people[name]
        if person.tabs:
            tab = person.tabs[0]
            self.loop.run(person.click(tab))
            answer = self.loop.run(self._upload(tab))
            assert f"{MARKER} note.txt of {person.owner.name}" in answer.text

    async def _upload(self, tab: RawPage):
        return await upload(tab.url, await self._own_token(tab), "take_files", await ticket_of(tab))

    @staticmethod
    async def _own_token(tab: RawPage) -> str:
        """A duplicated tab was told to go by another client token."""
        told = [message for message in tab.messages if '"new_token"' in message]
        return told[-1].split('"')[-2] if told else tab.client_token

    @rule(name=st.sampled_from(PEOPLE))
    def an_answer_is_lost(self, name) -> None:
        """The pair that follows is sent, and the connection breaks off before the browser has it."""
        person = self.people[name]
        self.attacked.server.move_clock(EXPIRY)
        if person.tabs:
            tab = person.tabs[0]
            tab.stores = False
            self.loop.run(tab.send(f"{DIARY}.add", {"text": "lost"}))
            self.loop.run(tab.quiet())
            self.loop.run(person.leave(tab))

    @rule()
    def time_passes(self) -> None:
        self.attacked.server.move_clock(EXPIRY)

    # The strangers

    @rule(page=st.integers(0, 9), report=st.sampled_from(sorted(REPORTS)), connects=st.booleans())
    def a_stranger_comes(self, page, report, connects) -> None:
        stranger = RawPage(self.attacked.url, client_token=self.client_tokens[page % len(self.client_tokens)], obeys=False)
        auth = {"event": stranger.event(HYDRATE, REPORTS[report])} if connects else None
        self.loop.run(stranger.connect(auth))
        self.loop.run(self._do(stranger, report))
        self.strangers.append(stranger)

    async def _do(self, stranger: RawPage, report: str) -> None:
        for name in AFTERWARDS:
            await stranger.send(REPORT, REPORTS[report])
            await stranger.send(name, {})
        await stranger.quiet()

    @rule(page=st.integers(0, 9))
    def a_thief_comes_with_a_copy_of_the_bound_persons_tokens(self, page) -> None:
        copied = storage_of(self.people["bound"].pair)
        thief = RawPage(self.attacked.url, client_token=self.client_tokens[page % len(self.client_tokens)], obeys=False)
        self.loop.run(thief.connect({"event": thief.event(HYDRATE, copied)}))
        for name in (f"{DIARY}.load", f"{AUTH_STATE}.log_out"):
            self.loop.run(thief.send(name))
        self.loop.run(thief.send(f"{AUTH_STATE}.prove_key", {"proof": ""}))
        self.loop.run(thief.quiet())
        self.strangers.append(thief)

    @rule(page=st.integers(0, 9), ticket=st.sampled_from(["", "a.b.c.d"]))
    def a_stranger_uploads(self, page, ticket) -> None:
        client_token = self.client_tokens[page % len(self.client_tokens)]
        assert self.loop.run(upload(self.attacked.url, client_token, "take_files", ticket)).status_code == 403

    @precondition(lambda self: self.strangers)
    @rule()
    def the_strangers_leave(self) -> None:
        for stranger in self.strangers:
            self.loop.run(stranger.close())
        self.strangers.clear()

    # What holds

    @invariant()
    def strangers_are_sent_nothing_of_anybodys(self) -> None:
        for stranger in getattr(self, "strangers", []):
            for person in self.people.values():
                shown = person.owner.secrets_in(stranger.everything) - set(stranger.pair.values())
                assert shown == set()

    @invariant()
    def nobody_sees_the_others_page_and_nobody_is_signed_out(self) -> None:
        for name, person in getattr(self, "people", {}).items():
            (other,) = (self.people[another] for another in PEOPLE if another != name)
            for tab in person.tabs:
                assert other.owner.name not in tab.everything
                assert not any("/login" in path for path in tab.redirects)

    def teardown(self) -> None:
        people = getattr(self, "people", {})
        for person in people.values():
            tab = self.loop.run(person.open())
            self.loop.run(person.click(tab))  # at the end everybody is still there
            for left in list(person.tabs):
                self.loop.run(person.leave(left))
        for stranger in getattr(self, "strangers", []):
            self.loop.run(stranger.close())


@pytest.fixture
def loop():
    loop = Loop()
    yield loop
    loop.stop()


def test_in_any_order_nobody_is_shown_anothers_page_no_click_is_lost_and_nobody_is_signed_out(attacked, loop):
    Pages.attacked, Pages.loop = attacked, loop
    options = {"max_examples": 4, "stateful_step_count": 12, "phases": [Phase.generate]}
    run_state_machine_as_test(Pages, settings=hypothesis_settings(**options))
