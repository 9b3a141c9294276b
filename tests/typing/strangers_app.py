"""An app as a stranger writes it. Nothing of it runs: basedpyright reads it, next to the installed wheel, in strict mode.

A line that must be refused has a `pyright: ignore` with the rule. Strict mode refuses one that nothing needs.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Annotated, Any, TypedDict, assert_type
from uuid import UUID

import reflex as rx
from fastapi import APIRouter
from reflex.event import EventCallback

from rxapp.auth import AuthService, Identity, User
from rxapp.auth import web as auth


class NoteForm(TypedDict):
    title: str


class NotesState(rx.State):
    count: int = 0

    @auth.event
    def load(self) -> None:
        assert_type(auth.current_user(), Identity)
        assert_type(auth.current_user(self), Identity)

    @auth.event()
    async def load_later(self) -> None:
        assert_type(auth.get_service(), AuthService)
        assert_type(await auth.in_thread(auth.get_service().accounts.profile_of, auth.current_user()), User)

    @auth.event(roles=["Editor"])
    def add(self, form: NoteForm) -> Iterator[None]:
        yield

    @auth.event(roles=["Editor"], fresh=True, debounce=200)
    async def rename(self, note: int, title: str) -> AsyncIterator[None]:
        yield

    @auth.event(background=True, roles={"Editor"})
    async def export(self, note: int) -> None:
        async with self:
            assert_type(await auth.admit_again(self), Identity)

    @auth.event(public=True, throttle=50, stop_propagation=True)
    async def search(self, text: str) -> None:
        self.count += len(text)

    @auth.event(signs_in=True)
    async def log_in(self, form: NoteForm) -> None:
        self.load()  # an instance's handler is the method

    @auth.event(paralel=True)  # pyright: ignore[reportCallIssue, reportUntypedFunctionDecorator]
    async def misspelt(self) -> None:
        pass

    @auth.event(roles=[7])  # pyright: ignore[reportArgumentType]
    async def mistyped(self) -> None:
        pass


class PlainState(rx.State):
    """The same without us, to compare."""

    @rx.event
    async def rename(self, note: int, title: str) -> AsyncIterator[None]:
        yield


assert_type(NotesState.load, EventCallback[()])
assert_type(NotesState.load_later, EventCallback[()])
assert_type(NotesState.add, EventCallback[NoteForm])
assert_type(NotesState.rename, EventCallback[int, str])
assert_type(NotesState.export, EventCallback[int])
assert_type(NotesState.search, EventCallback[str])
assert_type(NotesState.log_in, EventCallback[NoteForm])

assert_type(PlainState.rename, EventCallback[int, str])
assert_type(NotesState.rename(3), EventCallback[str])
assert_type(NotesState.rename(3, "plans"), EventCallback[()])
NotesState.rename("three")  # pyright: ignore[reportArgumentType]

NOTHING = rx.fragment()  # pyright: ignore[reportUnknownMemberType]  Reflex's own components are not wholly typed


@auth.page("/notes", roles=["Editor"], title="Notes", on_load=[NotesState.load, NotesState.load_later])
def notes_page() -> rx.Component:
    return rx.button(on_click=NotesState.search("plans"))  # pyright: ignore[reportUnknownMemberType]


@auth.page("/search", public=True, on_load=NotesState.load)
def search_page() -> rx.Component:
    return rx.cond(auth.has_role("Editor"), notes_page(), NOTHING)


assert_type(notes_page, Callable[[], rx.Component])
assert_type(auth.has_role("Editor"), rx.Var[bool])


@auth.page("/mistyped", on_load=NotesState.rename)  # pyright: ignore[reportArgumentType]
def mistyped_page() -> rx.Component:
    return NOTHING


@auth.page("/misspelt", titel="Notes")  # pyright: ignore[reportCallIssue, reportUntypedFunctionDecorator]
def misspelt_page() -> rx.Component:
    return NOTHING


router = APIRouter(dependencies=[auth.require()])


@router.get("/notes")
async def all_notes(caller: Annotated[Identity, auth.require("Editor", fresh=True)]) -> str:
    assert_type(caller, Identity)
    return caller.user_name


@router.delete("/notes")
async def no_notes(caller: Identity = auth.require("Editor")) -> str:  # noqa: B008
    return caller.user_name


def rows(service: AuthService, identity: Identity) -> None:
    for session in service.accounts.sessions_of(identity):
        assert_type(session.id, UUID)
        assert_type(session.is_bound, bool)
        _ = session.user_name  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
    for session in service.administration.all_sessions():
        assert_type(session.user_name, str)
    for event in service.accounts.events_of(identity, limit=20):
        assert_type(event.actor_name, str | None)
    assert_type(service.administration.sessions_of(identity.user_id)[0].device, str)


def install(app: rx.App, views: Sequence[Callable[[], rx.Component]], facts: dict[str, Any]) -> None:
    auth.install_auth(app)
