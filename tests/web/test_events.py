"""The event guard: handlers of every kind run for those who may, with what they yield, and do not run for anybody else."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest
import reflex as rx
from reflex.state import State
from reflex_base.event import resolve_upload_handler_param

from rxapp.auth import PermissionDenied
from rxapp.auth.core.audit.events import EventFilter, EventKind
from rxapp.auth.http.runtime.service import use_service
from rxapp.auth.web import current_user
from rxapp.auth.web.auth_state.confirmation import ConfirmationState
from rxapp.auth.web.auth_state.state import IN, OUT, AuthState
from rxapp.auth.web.browser_storage import token_store
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.parts.confirm import ConfirmState
from rxapp.auth.web.site.handler_policy import PUBLIC, policy_of
from tests.conftest import PASSWORD
from tests.one_time_codes import code_at, enrol


class Example(rx.State):
    """A handler of each kind."""

    seen: list[str] = []

    @event(roles=["Manager"])
    def sync(self, word: str):
        self.seen.append(f"{word} {current_user().user_name}")
        return rx.console_log("returned")

    @event(roles=["Manager"])
    async def coroutine(self, word: str):
        self.seen.append(f"{word} {current_user().user_name}")
        return rx.console_log("returned")

    @event(roles=["Manager"])
    def generator(self, word: str):
        self.seen.append(f"{word} {current_user().user_name}")
        yield rx.console_log("yielded")
        return rx.console_log("returned")

    @event(roles=["Manager"])
    async def async_generator(self, word: str):
        self.seen.append(f"{word} {current_user().user_name}")
        yield rx.console_log("yielded")

    @event(fresh=True)
    async def fresh(self, word: str):
        self.seen.append(word)

    @event(strength="two factors")
    async def strong(self, word: str):
        self.seen.append(word)

    @event(strength="best")
    async def best(self, word: str):
        self.seen.append(word)

    @event(fresh=True, strength="two factors")
    async def both(self, word: str):
        self.seen.append(word)

    @event
    async def for_any_user(self):
        self.seen.append(current_user().user_name)

    @event()
    async def upload(self, files: list[rx.UploadFile]):
        self.seen.append(f"{len(files)} files from {current_user(self).user_name}")

    @event(public=True)
    async def for_everyone(self):
        with pytest.raises(PermissionDenied):
            current_user()
        self.seen.append("anyone")


KINDS = {"sync": 1, "coroutine": 1, "generator": 2, "async_generator": 1}
"""Each kind, and how many events it gives rise to."""


def in_a_loop(coroutine):
    """Run it on an event loop in a thread of its own, for Playwright's occupies the main one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(copy_context().run, asyncio.run, coroutine).result()


def run(state: State, name: str, *args, of: type[rx.State] = Example, **kwargs) -> list:
    """Call the handler as Reflex does, and collect what it yields."""
    handler = of.event_handlers[name].fn

    async def collect() -> list:
        result = handler(await state.get_state(of), *args, **kwargs)
        if hasattr(result, "__aiter__"):
            return [chained async for chained in result if chained is not None]
        return [await result]

    return in_a_loop(collect())


@pytest.fixture
def page(service):
    """The state of a page that has reported nothing."""
    use_service(service)
    return State(_reflex_internal_init=True)


@pytest.fixture
def signed_in(page, pair):
    """The state of a page that has reported the pair of a fresh login."""
    auth = in_a_loop(page.get_state(AuthState))
    auth.jwt, auth.refresh_token = pair.access_token, pair.refresh_token
    return page


def parts(page):
    return in_a_loop(page.get_state(AuthState)), in_a_loop(page.get_state(Example))


@pytest.mark.parametrize("kind", KINDS)
def test_a_handler_of_any_kind_runs_for_a_user_with_the_role(signed_in, kind):
    assert len(run(signed_in, kind, "hello")) == KINDS[kind]
    auth, example = parts(signed_in)
    assert list(example.seen) == ["hello johndoe"]
    assert auth.status == IN


@pytest.mark.parametrize("kind", KINDS)
def test_a_handler_of_any_kind_does_not_run_for_nobody_who_is_sent_to_login(page, kind):
    run(page, kind, "hello")
    auth, example = parts(page)
    assert list(example.seen) == []
    assert auth.status == OUT
    assert auth.storage_command["go_to"].startswith("/login")


@pytest.mark.parametrize("kind", KINDS)
def test_a_handler_of_any_kind_does_not_run_for_a_user_without_the_role(signed_in, service, johndoe, kind):
    from rxapp.auth import User

    with service.database.write() as db:
        db.get_one(User, johndoe.id).roles = ["Clerk"]
    assert run(signed_in, kind, "hello") == []
    auth, example = parts(signed_in)
    assert list(example.seen) == []
    assert auth.roles == ["Clerk"], "the page learns of the change"


def test_without_roles_any_user_may(signed_in):
    run(signed_in, "for_any_user")
    assert list(parts(signed_in)[1].seen) == ["johndoe"]


def test_an_upload_is_known_as_one_behind_its_guard_and_gets_its_files(signed_in):
    assert resolve_upload_handler_param(Example.upload) == ("files", list[rx.UploadFile])
    run(signed_in, "upload", [object(), object()])
    assert list(parts(signed_in)[1].seen) == ["2 files from johndoe"]


def test_an_upload_of_nobody_is_not_looked_at(page):
    run(page, "upload", [object()])
    auth, example = parts(page)
    assert list(example.seen) == []
    assert auth.storage_command["go_to"].startswith("/login")


def test_what_is_public_runs_for_nobody_and_names_nobody(page):
    run(page, "for_everyone")
    assert list(parts(page)[1].seen) == ["anyone"]


def test_an_expired_access_token_is_rotated_and_the_handler_runs(signed_in, clock, pair):
    clock.move(minutes=6)
    run(signed_in, "coroutine", "hello")
    auth, example = parts(signed_in)
    assert list(example.seen) == ["hello johndoe"]
    command = auth.storage_command
    assert command["if_refresh_token"] == token_store.digest(pair.refresh_token)
    assert pair.refresh_token not in str(command), "it names the token and does not contain it"
    assert command["pair"]["refreshToken"] != pair.refresh_token
    assert auth.refresh_token == pair.refresh_token, "the server never assigns what the browser reports"


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_set_by_an_hour_signs_nobody_out(signed_in, clock, hours):
    """Set back, it makes every access token one from the future: a genuine one, in whose place a new one is issued."""
    clock.move(hours=hours)
    for _ in range(2):
        run(signed_in, "coroutine", "hello")
    auth, example = parts(signed_in)
    assert list(example.seen) == ["hello johndoe"] * 2
    assert auth.status == IN


def test_what_an_earlier_connection_reported_is_not_this_ones_word(signed_in):
    auth, example = parts(signed_in)
    auth._begin_connection("another connection", "a page")
    run(signed_in, "coroutine", "hello")
    assert list(example.seen) == []


def test_becoming_nobody_forgets_the_private_state_of_every_other_state(signed_in, service, pair):
    run(signed_in, "coroutine", "hello")
    service.end_session_of(pair.access_token)
    run(signed_in, "coroutine", "again")
    auth, example = parts(signed_in)
    assert list(example.seen) == []
    assert (auth.user_name, list(auth.roles), auth._identity) == ("", [], None)


def test_a_person_without_the_role_who_calls_a_handler_is_written_down(signed_in, service, johndoe):
    service.administration.set_roles(johndoe.id, ["Clerk"])
    run(signed_in, "coroutine", "hello")
    _, events = service.administration.events(EventFilter(kind=EventKind.PERMISSION_DENIED), limit=10)
    assert [(event.user_id, event.detail) for event in events] == [(johndoe.id, "Example.coroutine")]


class TestStrength:
    """Handlers that want a second factor in the session."""

    @pytest.fixture
    def enrolled(self, signed_in, service, pair, clock):
        """A session from before its person had a second factor."""
        made = enrol(service, service.verify_access(pair.access_token), clock)
        clock.move(minutes=1)
        return made

    def confirmation(self, page):
        return in_a_loop(page.get_state(ConfirmationState))

    def confirm(self, page, code) -> list:
        return run(page, "submit_code", of=ConfirmState, form={"confirmation_code": code})

    @pytest.mark.parametrize("handler", ["strong", "best"])
    def test_they_wait_for_it_and_then_the_very_same_event_happens(self, signed_in, enrolled, clock, handler):
        run(signed_in, handler, word="hello")
        assert list(parts(signed_in)[1].seen) == []
        asked = self.confirmation(signed_in)
        assert (asked.is_open, asked.wants_factor, list(asked.methods)) == (True, True, ["otp", "recovery"])
        (interrupted,) = self.confirm(signed_in, code_at(enrolled.secret, clock()))
        assert (interrupted.name.rpartition(".")[2], interrupted.payload) == (handler, {"word": "hello"})
        run(signed_in, handler, **interrupted.payload)
        assert list(parts(signed_in)[1].seen) == ["hello"]
        assert not self.confirmation(signed_in).is_open
        assert parts(signed_in)[0].has_two_factors

    def test_a_wrong_code_is_said_and_the_event_goes_on_waiting(self, signed_in, enrolled):
        run(signed_in, "strong", word="hello")
        self.confirm(signed_in, "000000")
        asked = self.confirmation(signed_in)
        assert (asked.is_open, asked.error) == (True, "The code is wrong, or it was used before.")
        run(signed_in, "strong", word="again")
        assert list(parts(signed_in)[1].seen) == []

    def test_another_factor_can_be_chosen_of_those_that_they_have(self, signed_in, enrolled):
        run(signed_in, "strong", word="hello")
        run(signed_in, "choose", "pop", of=ConfirmationState)
        assert self.confirmation(signed_in).method == "otp"
        run(signed_in, "choose", "recovery", of=ConfirmationState)
        assert self.confirmation(signed_in).method == "recovery"
        assert len(self.confirm(signed_in, enrolled.recovery_codes[0])) == 1

    def test_a_choice_that_is_no_text_is_none(self, signed_in, enrolled):
        run(signed_in, "strong", word="hello")
        for method in (["otp"], {"otp": 1}, None, 5):
            run(signed_in, "choose", method, of=ConfirmationState)
        assert self.confirmation(signed_in).method == "otp"

    def test_who_has_none_is_told_so_where_two_are_needed_and_goes_on_where_the_best_is(self, signed_in):
        run(signed_in, "best", word="hello")
        run(signed_in, "strong", word="again")
        assert list(parts(signed_in)[1].seen) == ["hello"]
        asked = self.confirmation(signed_in)
        assert (asked.is_open, asked.wants_factor, list(asked.methods)) == (True, True, [])

    def test_a_handler_that_wants_a_new_password_too_asks_for_one_after_the_other(self, signed_in, enrolled, clock):
        clock.move(minutes=11)
        run(signed_in, "both", word="hello")
        assert not self.confirmation(signed_in).wants_factor
        (interrupted,) = run(signed_in, "submit", of=ConfirmState, form={"confirmation": PASSWORD})
        auth = parts(signed_in)[0]
        auth.jwt, auth.refresh_token = auth.storage_command["pair"].values()  # the browser stores the pair of the new session
        run(signed_in, "both", **interrupted.payload)
        assert self.confirmation(signed_in).wants_factor
        (interrupted,) = self.confirm(signed_in, code_at(enrolled.secret, clock()))
        run(signed_in, "both", **interrupted.payload)
        assert list(parts(signed_in)[1].seen) == ["hello"]


class TestFresh:
    """Handlers that want a password given in the last ten minutes."""

    @pytest.fixture
    def stale(self, signed_in, clock):
        clock.move(minutes=11)
        return signed_in

    def confirmation(self, page):
        return in_a_loop(page.get_state(ConfirmationState))

    def confirm(self, page, password) -> list:
        return run(page, "submit", of=ConfirmState, form={"confirmation": password})

    def test_within_ten_minutes_of_the_login_they_run(self, signed_in, clock):
        clock.move(minutes=10)
        run(signed_in, "fresh", word="hello")
        assert list(parts(signed_in)[1].seen) == ["hello"]

    def test_later_they_wait_and_the_password_is_asked_for(self, stale):
        run(stale, "fresh", word="hello")
        assert list(parts(stale)[1].seen) == []
        assert self.confirmation(stale).is_open

    def test_the_right_password_lets_the_very_same_event_happen(self, stale):
        run(stale, "fresh", word="hello")
        (interrupted,) = self.confirm(stale, PASSWORD)
        assert (interrupted.name.rpartition(".")[2], interrupted.payload) == ("fresh", {"word": "hello"})
        assert not self.confirmation(stale).is_open
        run(stale, "fresh", **interrupted.payload)
        assert list(parts(stale)[1].seen) == ["hello"]

    def test_a_wrong_password_is_said_and_the_event_goes_on_waiting(self, stale):
        run(stale, "fresh", word="hello")
        self.confirm(stale, "wrong")
        confirmation = self.confirmation(stale)
        assert (confirmation.is_open, confirmation.error) == (True, "The password is wrong.")
        run(stale, "fresh", word="again")
        assert list(parts(stale)[1].seen) == []

    def test_cancelling_drops_the_event(self, stale):
        run(stale, "fresh", word="hello")
        run(stale, "cancel", of=ConfirmationState)
        assert self.confirm(stale, PASSWORD) == []
        assert not self.confirmation(stale).is_open

    def test_becoming_nobody_drops_the_event_too(self, stale, service, pair):
        run(stale, "fresh", word="hello")
        service.end_session_of(pair.access_token)
        run(stale, "coroutine", "hello")
        assert self.confirmation(stale)._interrupted is None
        assert not self.confirmation(stale).is_open

    def test_a_click_that_comes_before_its_page_has_been_loaded_goes_on_waiting(self, stale):
        auth, _ = parts(stale)
        auth._loaded_path = "/another"
        run(stale, "fresh", word="hello")
        in_a_loop(auth._begin_load())
        assert self.confirmation(stale).is_open

    def test_leaving_the_page_that_asks_drops_the_event(self, stale, monkeypatch):
        auth, _ = parts(stale)
        run(stale, "fresh", word="hello")
        monkeypatch.setattr(type(auth), "_path_and_query", lambda _: "/another")
        in_a_loop(auth._begin_load())
        assert self.confirmation(stale)._interrupted is None
        assert not self.confirmation(stale).is_open

    def test_nobody_is_sent_to_the_login_page_and_not_asked_for_a_password(self, page):
        run(page, "fresh", word="hello")
        assert parts(page)[0].storage_command["go_to"].startswith("/login")
        assert not self.confirmation(page).is_open


def test_each_handler_carries_its_policy():
    policies = {name: policy_of(handler.fn) for name, handler in Example.event_handlers.items() if name != "setvar"}
    assert policies["for_everyone"] == PUBLIC
    assert policies["for_any_user"] == frozenset()
    assert policies["sync"] == frozenset({"Manager"})
