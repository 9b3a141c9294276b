"""What a stranger tests a guarded app with: the guards stand as in the served app, for people who are made in one line."""

from datetime import timedelta
from typing import Annotated

import httpx
import pytest
import reflex as rx
from fastapi import FastAPI

from rxapp.auth import Identity
from rxapp.auth import web as auth
from rxapp.auth.web import testing
from tests.clock import MovableClock
from tests.web.test_events import in_a_loop


class ShoppingState(rx.State):
    """A stranger's."""

    items: list[str] = []
    uploaded: int = 0
    page: int = 0

    @auth.event(roles=["Cook"])
    async def add(self, item: str):
        self.items.append(f"{item} for {auth.current_user(self).user_name}")
        return rx.toast("Added.")

    @auth.event()
    async def handle_upload(self, files: list[rx.UploadFile]):
        self.uploaded += len(files)

    @auth.event(background=True)
    async def add_slowly(self):
        async with self:
            self.items.append((await auth.admit_again(self)).user_name)

    @auth.event(fresh=True)
    async def burn(self):
        self.items.clear()

    @auth.event(public=True)
    def turn(self, page: int):
        self.page = page


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture(autouse=True)
def service(tmp_path, clock):
    service = testing.use_new_service(tmp_path, clock=clock)
    yield service
    service.database.dispose()


def test_a_person_with_the_role_calls_a_handler_and_sees_what_follows():
    page = testing.signed_in_as("anna", roles=["Cook"])
    (toast,) = page.call(ShoppingState.add, "milk")
    assert "Added." in str(toast)
    assert list(page.state(ShoppingState).items) == ["milk for anna"]


def test_one_without_it_calls_in_vain():
    page = testing.signed_in_as("bob")
    assert page.call(ShoppingState.add, "milk") == []
    assert list(page.state(ShoppingState).items) == []


def test_roles_are_named_as_guards_name_them():
    with pytest.raises(auth.DeclarationRefused):
        testing.signed_in_as("anna", roles="Cook")


def test_nobody_is_sent_to_the_login_page():
    page = testing.nobody()
    (redirect,) = page.call(ShoppingState.add, item="milk")
    assert "/login" in str(redirect.args)


def test_a_background_task_and_an_upload_are_called_the_same_way():
    page = testing.signed_in_as("anna")
    page.call(ShoppingState.add_slowly)
    page.call(ShoppingState.handle_upload, [object(), object()])
    state = page.state(ShoppingState)
    assert (list(state.items), state.uploaded) == (["anna"], 2)


def test_a_public_handler_too():
    page = testing.nobody()
    page.call(ShoppingState.turn, 3)
    assert page.state(ShoppingState).page == 3


def test_states_are_prepared_by_setting_them_and_a_page_signs_out():
    page = testing.signed_in_as("anna")
    page.state(ShoppingState).items = ["bread"]
    page.call(auth.AuthState.log_out)
    assert list(page.state(ShoppingState).items) == []
    assert page.state(auth.AuthState).status == auth.OUT


def test_two_pages_of_one_person_are_two_sessions(service):
    first, second = testing.signed_in_as("anna"), testing.signed_in_as("ANNA")
    first.call(auth.AuthState.log_out)
    second.call(ShoppingState.add_slowly)
    assert list(second.state(ShoppingState).items) == ["anna"]


def test_the_clock_is_moved_and_not_waited_for(clock, service):
    page = testing.signed_in_as("anna")
    page.state(ShoppingState).items = ["bread"]
    clock.move(minutes=11)
    page.call(ShoppingState.burn)
    assert list(page.state(ShoppingState).items) == ["bread"], "the password is asked for first"


def test_settings_are_those_that_are_named(tmp_path):
    (tmp_path / "second").mkdir()
    service = testing.use_new_service(tmp_path / "second", access_token_lifetime=timedelta(seconds=7))
    assert service.settings.access_token_lifetime == timedelta(seconds=7)
    service.database.dispose()


def test_the_environment_chooses_no_database_for_the_tests(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "sqlite:////nowhere/that/exists.db")
    monkeypatch.setenv("RXAPP_LOGIN_RATE_LIMIT", "1")
    (tmp_path / "third").mkdir()
    service = testing.use_new_service(tmp_path / "third")
    assert service.settings.login_rate_limit == 0
    service.database.dispose()


def test_a_handler_that_was_called_already_is_refused_in_words():
    with pytest.raises(TypeError, match=r"call\(State.handler"):
        testing.nobody().call(ShoppingState.turn(3))


def test_the_same_person_sends_http_requests():
    api = FastAPI()

    @api.get("/hello")
    async def hello(caller: Annotated[Identity, auth.require("Cook")]) -> str:
        return caller.user_name

    async def ask(page):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=api), base_url="http://test") as client:
            return await client.get("/hello", headers=page.headers)

    assert in_a_loop(ask(testing.signed_in_as("anna", roles=["Cook"]))).json() == "anna"
    assert testing.nobody().headers == {}
