"""Several people in one tab, one after the other: what one has started, loaded or joined is nothing to the next."""

import uuid

import pytest

from chaos.page import HYDRATE, STATE, VAR
from tests.conftest import PASSWORD
from tests.sockets.conftest import asynchronously, handlers
from tests.sockets.raw_page import MARKER, RawPage, storage_of

STARTED = f"{STATE}.tests___sockets___neighbours____started_state"
ROOM = f"{STATE}.reflex___istate___shared____shared_state_base_internal.tests___sockets___neighbours____room_state"
LOG_OUT = f"{STATE}.rxapp___auth___web___auth_state___state____auth_state.log_out"
AUTH = f"{STATE}.rxapp___auth___web___auth_state___state____auth_state"


def handler(ending: str) -> str:
    """The full name of the one handler that ends so: the names of states that Reflex makes are its own affair."""
    (found,) = [name for name in handlers() if name.endswith(ending)]
    return found


class Tab:
    """A tab of a browser, in which people take turns."""

    def __init__(self, attacked) -> None:
        self.attacked = attacked
        self.page = RawPage(attacked.url)

    def new_user(self, name: str, roles: tuple[str, ...] = ("Manager",)) -> str:
        return self.attacked.new_user(f"{name} {uuid.uuid4().hex[:8]}", roles)

    async def open(self) -> "Tab":
        await self.page.open("/room")
        return self

    async def log_in(self, name: str) -> str:
        user = self.new_user(name)
        await self.page.log_in(user, PASSWORD)
        await self.page.until(lambda: self.page.value(f"user_name{VAR}", AUTH) == user)
        return user

    async def log_out(self) -> None:
        await self.page.send(LOG_OUT)
        await self.page.until(lambda: self.page.pair == {"token": "", "refreshToken": ""} or not self.page.pair)

    async def next_person(self) -> str:
        """Somebody else signs in; what came before is not looked at any more."""
        user = await self.log_in("next")
        self.page.messages.clear()
        self.page.updates.clear()
        return user

    async def hydrated(self) -> str:
        """All that the page is sent when it is loaded again."""
        await self.page.close()
        self.page.messages.clear()
        self.page.updates.clear()
        await self.page.open("/room")
        await self.page.quiet()
        return self.page.everything

    def open_gate(self) -> None:
        (self.attacked.server.directory / self.gate).touch()

    async def start(self, name: str) -> None:
        self.gate = uuid.uuid4().hex
        await self.page.send(f"{STARTED}.{name}", {"gate": self.gate})
        await self.page.quiet()


@pytest.fixture
def tab(attacked):
    return Tab(attacked)


class TestWhatAPersonHasStarted:
    """It belongs to the session that started it, to its end."""

    @pytest.mark.parametrize(
        "task", ["yield_later", "download_later", "write_later", "write_later_unguarded", "write_later_with_the_guard_above"]
    )
    @asynchronously
    async def test_it_reaches_them_while_they_are_there(self, tab, task):
        await tab.open()
        await tab.log_in("first")
        await tab.start(task)
        tab.open_gate()
        await tab.page.until(lambda: tab.page.everything.count(MARKER) >= (2 if task == "yield_later" else 1))

    @pytest.mark.parametrize(
        "task", ["yield_later", "download_later", "write_later", "write_later_unguarded", "write_later_with_the_guard_above"]
    )
    @asynchronously
    async def test_it_does_not_reach_the_next_person_in_the_tab(self, tab, task):
        await tab.open()
        await tab.log_in("first")
        await tab.start(task)
        await tab.log_out()
        await tab.next_person()
        tab.open_gate()
        await tab.page.quiet()
        assert MARKER not in tab.page.everything
        assert MARKER not in await tab.hydrated()

    @pytest.mark.parametrize("task", ["yield_later", "download_later", "write_later"])
    @asynchronously
    async def test_it_does_not_reach_the_login_page(self, tab, task):
        await tab.open()
        await tab.log_in("first")
        await tab.start(task)
        await tab.log_out()
        tab.open_gate()
        await tab.page.quiet()
        assert MARKER not in tab.page.everything
        assert MARKER not in await tab.hydrated()

    @asynchronously
    async def test_what_a_handler_chains_does_not_reach_the_next_person_who_signs_in_at_that_moment(self, tab):
        await tab.open()
        await tab.log_in("first")
        await tab.page.send(f"{STARTED}.chain")
        user = await tab.log_in("next")
        await tab.page.quiet()
        assert MARKER not in await tab.hydrated()
        assert tab.page.value(f"user_name{VAR}", AUTH) == user

    @asynchronously
    async def test_what_is_chained_after_a_log_out_is_not_shown_to_nobody(self, tab):
        await tab.open()
        await tab.log_in("first")
        await tab.page.send(f"{STARTED}.log_out_and_show")
        await tab.page.quiet()
        assert any("/login" in path for path in tab.page.redirects), "and yet the log-out itself goes to the login page"
        assert MARKER not in tab.page.everything

    @asynchronously
    async def test_nor_does_what_a_task_does_to_clean_up_after_it_was_refused(self, tab, attacked):
        await tab.open()
        user = await tab.log_in("first")
        await tab.start("clean_up_later")
        attacked.disable(user)
        tab.open_gate()
        await tab.page.until(lambda: tab.page.value(f"status{VAR}", AUTH) == "out")
        await tab.page.quiet()
        assert MARKER not in tab.page.everything
        await tab.next_person()
        assert MARKER not in await tab.hydrated()

    @asynchronously
    async def test_nor_what_a_long_handler_does_to_clean_up(self, tab, attacked):
        await tab.open()
        user = await tab.log_in("first")
        await tab.page.send(f"{STARTED}.clean_up_on_and_on")
        await tab.page.until(lambda: "verse 1" in tab.page.everything)
        attacked.disable(user)
        await tab.page.until(lambda: tab.page.value(f"status{VAR}", AUTH) == "out")
        await tab.page.quiet()
        assert MARKER not in tab.page.everything
        assert MARKER not in await tab.hydrated()

    @asynchronously
    async def test_what_nobody_has_started_is_of_the_first_whose_page_it_looks_at(self, tab):
        await tab.open()
        then = uuid.uuid4().hex
        tab.gate = uuid.uuid4().hex
        await tab.page.send(f"{STARTED}.copy_later", {"gate": tab.gate, "then": then})
        await tab.log_in("first")
        await tab.page.send(f"{STARTED}.show", {"text": MARKER})
        await tab.page.until(lambda: MARKER in tab.page.everything)
        tab.open_gate()
        await tab.page.quiet()
        await tab.log_out()
        await tab.next_person()
        tab.gate = then
        tab.open_gate()
        await tab.page.quiet()
        assert MARKER not in tab.page.everything
        assert MARKER not in await tab.hydrated()

    @asynchronously
    async def test_a_public_handler_runs_to_its_end(self, tab):
        await tab.open()
        await tab.log_in("first")
        await tab.start("count_for_anybody")
        await tab.page.send(LOG_OUT)
        tab.open_gate()
        await tab.page.until(lambda: f'"counted{VAR}":1' in tab.page.everything)
        await tab.page.until(lambda: tab.page.value(f"counted{VAR}", STARTED) == 0)

    @asynchronously
    async def test_a_long_handler_ends_when_the_role_is_taken_away(self, tab, attacked):
        await tab.open()
        user = await tab.log_in("first")
        await tab.hydrated()
        await tab.page.send(f"{STARTED}.manage_on_and_on")
        await tab.page.until(lambda: "verse 1" in tab.page.everything)
        attacked.set_roles(user, [])
        await tab.page.until(lambda: tab.page.value(f"written{VAR}", STARTED) == [], seconds=5)

    @asynchronously
    async def test_a_long_handler_ends_when_its_person_is_disabled(self, tab, attacked):
        await tab.open()
        user = await tab.log_in("first")
        await tab.hydrated()
        await tab.page.send(f"{STARTED}.write_on_and_on")
        await tab.page.until(lambda: "verse 1" in tab.page.everything)
        attacked.disable(user)
        await tab.page.until(lambda: any("reason=user_disabled" in path for path in tab.page.redirects), seconds=5)
        await tab.page.quiet()
        assert "verse" not in await tab.hydrated()


class TestWhatAPersonHasLoaded:
    """Wherever the state is defined that holds it."""

    @pytest.mark.parametrize("state", ["local_state", "notepad_n1", "neighbours____started_state"])
    @asynchronously
    async def test_it_is_forgotten_when_they_leave(self, tab, state):
        await tab.open()
        await tab.log_in("first")
        await tab.page.send(handler(f"{state}.load"))
        await tab.page.until(lambda: MARKER in tab.page.everything)
        await tab.log_out()
        await tab.next_person()
        await tab.page.quiet()
        assert MARKER not in tab.page.everything
        assert MARKER not in await tab.hydrated()

    @asynchronously
    async def test_it_is_forgotten_where_other_states_look_at_it(self, tab):
        await tab.open()
        await tab.log_in("first")
        await tab.page.send(handler("basket_state.fill"))
        await tab.page.until(lambda: MARKER in tab.page.everything)
        await tab.log_out()
        await tab.next_person()
        await tab.page.quiet()
        assert MARKER not in tab.page.everything
        assert MARKER not in await tab.hydrated()

    @asynchronously
    async def test_what_their_tab_has_kept_is_not_the_next_ones_who_signs_in_in_another(self, tab, attacked):
        await tab.open()
        await tab.log_in("first")
        await tab.page.close()
        other = RawPage(attacked.url, browser=tab.page.browser)
        await other.open("/room")
        await other.log_in(tab.new_user("next"), PASSWORD)
        tab.page.messages.clear()
        kept = storage_of(tab.page.pair)
        kept["vars"][f"{STARTED}.draft{VAR}"] = MARKER
        await tab.page.connect({"event": tab.page.event(HYDRATE, kept)})
        await tab.page.quiet()
        assert MARKER not in tab.page.everything
        assert MARKER not in await tab.hydrated()

    @asynchronously
    async def test_and_when_they_have_lost_a_role(self, tab, attacked):
        await tab.open()
        user = await tab.log_in("first")
        await tab.page.send(handler("notepad_n1.load"))
        await tab.page.until(lambda: MARKER in tab.page.everything)
        attacked.set_roles(user, [])
        notepad = handler("notepad_n1.load").rpartition(".")[0]
        await tab.page.until(lambda: tab.page.value(f"text{VAR}", notepad) == "", seconds=5)


class TestARoom:
    """A shared state, to which pages of several people are linked."""

    async def member(self, attacked, room: str) -> Tab:
        tab = await Tab(attacked).open()
        await tab.log_in("member")
        await tab.page.send(f"{ROOM}.join", {"room": room})
        await tab.page.until(lambda: tab.page.value(f"title{VAR}", ROOM) == "the room")
        return tab

    async def say(self, member: Tab, text: str) -> None:
        await member.page.send(f"{ROOM}.say", {"text": text})
        await member.page.until(lambda: text in str(member.page.value(f"lines{VAR}", ROOM)))

    @asynchronously
    async def test_members_hear_each_other(self, attacked):
        room = uuid.uuid4().hex
        one, other = await self.member(attacked, room), await self.member(attacked, room)
        await self.say(one, "hello")
        await other.page.until(lambda: "hello" in other.page.everything)

    @asynchronously
    async def test_who_leaves_it_and_stays_signed_in_goes_on_where_they_were(self, attacked):
        room = uuid.uuid4().hex
        one, leaving = await self.member(attacked, room), await self.member(attacked, room)
        await leaving.page.send(f"{ROOM}.leave")
        await leaving.page.quiet()
        leaving.page.messages.clear()
        await self.say(one, MARKER)
        await leaving.page.send(f"{STARTED}.show", {"text": "still here"})
        await leaving.page.until(lambda: "still here" in leaving.page.everything)
        assert MARKER not in leaving.page.everything

    @pytest.mark.parametrize("is_open", [True, False])
    @asynchronously
    async def test_nobody_joins_the_page_of_somebody_as_if_it_were_one(self, attacked, is_open):
        victim, spy = await Tab(attacked).open(), await Tab(attacked).open()
        await victim.log_in("victim")
        await victim.page.send(f"{ROOM}.say", {"text": MARKER})
        await victim.page.until(lambda: MARKER in victim.page.everything)
        if not is_open:
            await victim.page.close()
        await spy.log_in("spy")
        await spy.page.send(f"{ROOM}.join", {"room": victim.page.client_token})
        await spy.page.send(f"{ROOM}.join", {"room": spy.page.client_token})
        await spy.page.quiet()
        assert MARKER not in spy.page.everything
        assert MARKER in await victim.hydrated()
        await spy.page.send(f"{STARTED}.show", {"text": "still here"})
        await spy.page.until(lambda: "still here" in spy.page.everything)

    @asynchronously
    async def test_who_has_left_hears_nothing_more_and_neither_does_the_next_person_who_cannot_write_either(self, attacked):
        room = uuid.uuid4().hex
        one, leaving = await self.member(attacked, room), await self.member(attacked, room)
        await self.say(one, "said earlier in the room")
        await leaving.log_out()
        await leaving.page.quiet()
        leaving.page.messages.clear()
        await self.say(one, MARKER)
        await leaving.page.quiet()
        assert MARKER not in leaving.page.everything
        await leaving.next_person()
        await self.say(one, f"{MARKER} again")
        for name in ("say", "say_as_anybody"):
            await leaving.page.send(f"{ROOM}.{name}", {"text": "from outside"})
        await leaving.page.quiet()
        assert MARKER not in leaving.page.everything
        everything = await leaving.hydrated()
        assert MARKER not in everything
        assert "said earlier in the room" not in everything
        await one.page.quiet()
        assert "from outside" not in one.page.everything

    @asynchronously
    async def test_it_is_not_emptied_by_one_who_leaves_nor_by_a_refused_event_nor_by_a_visit(self, attacked):
        room = uuid.uuid4().hex
        one, leaving = await self.member(attacked, room), await self.member(attacked, room)
        await self.say(one, "stays")
        await leaving.log_out()
        await leaving.page.send(f"{ROOM}.say", {"text": "refused"})
        await leaving.page.quiet()
        await leaving.page.close()
        await leaving.page.open("/room")
        everything = await one.hydrated()
        assert "stays" in everything
        assert "refused" not in everything

    @asynchronously
    async def test_the_other_tabs_of_a_session_that_ends_leave_it_too(self, attacked):
        room = uuid.uuid4().hex
        one, leaving = await self.member(attacked, room), await self.member(attacked, room)
        tab = await Tab(attacked).open()
        tab.page.browser.pair = dict(leaving.page.pair)
        await tab.page.close()
        await tab.page.open("/room")
        await tab.page.send(f"{ROOM}.join", {"room": room})
        await tab.page.until(lambda: tab.page.value(f"title{VAR}", ROOM) == "the room")
        await leaving.log_out()
        await tab.page.until(lambda: any("reason=signed_out" in path for path in tab.page.redirects))
        tab.page.messages.clear()
        await self.say(one, MARKER)
        await tab.page.quiet()
        assert MARKER not in tab.page.everything

    @asynchronously
    async def test_a_stranger_with_a_members_client_token_hears_nothing(self, attacked):
        room = uuid.uuid4().hex
        one, closing = await self.member(attacked, room), await self.member(attacked, room)
        await closing.page.close()
        stranger = RawPage(attacked.url, client_token=closing.page.client_token, obeys=False)
        await stranger.connect()
        await self.say(one, f"{MARKER} before it says anything")
        await stranger.quiet()
        await stranger.send(HYDRATE, {"vars": {}})
        await stranger.quiet()
        await self.say(one, f"{MARKER} after")
        await stranger.send(f"{ROOM}.say_as_anybody", {"text": "from outside"})
        await stranger.quiet()
        assert MARKER not in stranger.everything
        assert "from outside" not in await one.hydrated()

    @pytest.mark.parametrize("says_what_it_holds", [True, False])
    @asynchronously
    async def test_one_with_a_name_like_a_client_token_cannot_be_opened_as_a_page(self, attacked, says_what_it_holds):
        room = str(uuid.uuid4())
        one = await self.member(attacked, room)
        await self.say(one, MARKER)
        stranger = RawPage(attacked.url, client_token=room, obeys=False)
        await stranger.connect({"event": stranger.event(HYDRATE, {"vars": {}})} if says_what_it_holds else None)
        await stranger.quiet()
        for name in ("say", "say_as_anybody"):
            await stranger.send(f"{ROOM}.{name}", {"text": "from outside"})
        await stranger.send(HYDRATE, storage_of(one.page.pair))
        await self.say(one, f"{MARKER} again")
        await stranger.quiet()
        assert MARKER not in stranger.everything
        everything = await one.hydrated()
        assert "from outside" not in everything
        assert MARKER in everything
