"""A guarded background task asks again before each step whether its person is still there: it outlives what let it in."""

import asyncio

import pytest
import reflex as rx

from rxapp.auth import PermissionDenied, User
from rxapp.auth.web import AuthState, admit_again, current_user, event
from rxapp.auth.web.auth_state.state import OUT
from rxapp.auth.web.pages.account import AccountState
from tests.conftest import PASSWORD
from tests.web.test_events import in_a_loop, page, run, signed_in  # noqa: F401  fixtures

meanwhile = []
"""What happens between the two steps of a task."""


class Task(rx.State):
    """As a guide would have it."""

    steps: list[str] = []

    @event(background=True, roles=["Manager"])
    async def in_two_steps(self):
        for _ in range(2):
            async with self:
                self.steps.append((await admit_again(self)).user_name)
            while meanwhile:
                await meanwhile.pop()(self)

    @event(public=True)
    async def for_everyone(self):
        await admit_again(self)


@pytest.fixture
def task(signed_in):  # noqa: F811
    yield in_a_loop(signed_in.get_state(Task))
    meanwhile.clear()


def go(task) -> list:
    return run(task._get_root_state(), "in_two_steps", of=Task)


def auth_of(task):
    return in_a_loop(task.get_state(AuthState))


def test_while_its_person_is_there_it_runs_to_its_end(task):
    assert go(task) == []
    assert list(task.steps) == ["johndoe", "johndoe"]


def test_an_access_token_that_expires_meanwhile_is_no_reason_to_end_it(task, clock):
    async def time_passes(_):
        clock.move(minutes=6)

    meanwhile.append(time_passes)
    assert go(task) == []
    assert list(task.steps) == ["johndoe", "johndoe"]


def test_a_connection_that_closes_meanwhile_is_no_reason_to_end_it(task):
    async def closes(state):
        (await state.get_state(AuthState))._begin_connection("", "a page")

    meanwhile.append(closes)
    assert go(task) == []
    assert list(task.steps) == ["johndoe", "johndoe"], "the page is still theirs"


def test_a_session_that_is_ended_meanwhile_ends_it_and_takes_the_page_to_the_login_page(task, service, pair):
    async def ended_elsewhere(_):
        await asyncio.to_thread(service.end_session_of, pair.access_token)

    meanwhile.append(ended_elsewhere)
    go(task)
    assert auth_of(task).storage_command["go_to"].startswith("/login?reason=signed_out")
    assert list(task.steps) == [], "what it had shown is forgotten with the rest"
    assert auth_of(task).status == OUT


def test_a_password_that_is_changed_on_the_page_meanwhile_is_no_reason_to_end_it(task):
    new = "plumb orbit cadet vixen"
    form = {"current_password": PASSWORD, "new_password": new, "new_password_again": new, "ends_others": "on"}

    async def changed(state):
        async for _ in AccountState.event_handlers["change_password"].fn(await state.get_state(AccountState), form):
            pass

    before = auth_of(task)._page.owner
    meanwhile.append(changed)
    assert go(task) == []
    assert list(task.steps) == ["johndoe", "johndoe"]
    assert auth_of(task)._page.owner != before, "their session is another one by now"


def test_a_role_that_is_taken_away_meanwhile_ends_it(task, service, johndoe):
    async def demoted(_):
        with service.database.write() as db:
            db.get_one(User, johndoe.id).roles = []

    meanwhile.append(demoted)
    assert go(task) == []
    assert list(task.steps) == ["johndoe"]


def test_it_ends_where_its_person_signed_out_on_the_page_and_sends_nobody_anywhere(task):
    async def signed_out(state):
        await AuthState.event_handlers["log_out"].fn(await state.get_state(AuthState))

    meanwhile.append(signed_out)
    assert go(task) == []
    assert list(task.steps) == []


def test_it_writes_nothing_into_the_page_of_whoever_signed_in_there_next(task, service):
    service.create_user("alice", PASSWORD, roles=["Manager"])

    async def another_signs_in(state):
        pair = await asyncio.to_thread(service.log_in, "alice", PASSWORD)
        await (await state.get_state(AuthState))._begin(pair)

    meanwhile.append(another_signs_in)
    assert go(task) == []
    assert list(task.steps) == []
    assert auth_of(task).user_name == "alice", "who is not sent away either"


def test_where_no_guard_has_admitted_anybody_it_admits_nobody(page):  # noqa: F811
    with pytest.raises(PermissionDenied):
        run(page, "for_everyone", of=Task)
    with pytest.raises(PermissionDenied):
        current_user()
