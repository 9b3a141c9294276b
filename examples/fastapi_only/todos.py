"""A todo list for each person, over HTTP only: FastAPI and `rxapp.auth`, without Reflex."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import FastAPI
from sqlalchemy import ForeignKey
from sqlmodel import Field, SQLModel, col, select

from rxapp.auth import NotFound, User
from rxapp.auth import http as auth

TEXT_MAXIMUM_LENGTH = 200


class TodoText(SQLModel):
    """The body of a request that adds a todo."""

    text: str = Field(min_length=1, max_length=TEXT_MAXIMUM_LENGTH)


class Todo(TodoText, table=True):
    """A todo. It is deleted with its owner's account."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    owner_id: UUID = Field(sa_column_args=[ForeignKey(col(User.id), ondelete="CASCADE")], index=True)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Create this app's table. The tables of `rxapp.auth` exist already."""
    SQLModel.metadata.create_all(auth.get_service().database.engine)
    yield


async def welcome(registration: auth.Registration) -> None:
    """Everybody who registers gets a first todo."""
    await auth.in_thread(_add, registration.user_id, "Look around")


app = FastAPI(title="Todos", lifespan=lifespan)
auth.install_auth(app, hooks=auth.Hooks(on_register=welcome))

Caller = Annotated[auth.Identity, auth.require()]


@app.get("/todos", responses=auth.REFUSALS)
def list_todos(caller: Caller) -> list[Todo]:
    """The caller's own todos."""
    with auth.get_service().database.read() as db:
        return list(db.exec(select(Todo).where(Todo.owner_id == caller.user_id)))


@app.post("/todos", status_code=HTTPStatus.CREATED, responses=auth.REFUSALS)
def add_todo(caller: Caller, todo: TodoText) -> Todo:
    """Add a todo of the caller."""
    return _add(caller.user_id, todo.text)


@app.delete("/todos/{todo_id}", status_code=HTTPStatus.NO_CONTENT, responses=auth.REFUSALS)
def finish_todo(caller: Caller, todo_id: UUID) -> None:
    """Finish a todo. Another person's todo gets the same answer as one that never existed."""
    with auth.get_service().database.write() as db:
        todo = db.exec(select(Todo).where(Todo.id == todo_id, Todo.owner_id == caller.user_id)).one_or_none()
        if todo is None:
            raise NotFound
        db.delete(todo)


@app.get("/everybodys-todos", dependencies=[auth.require("Manager")], responses=auth.REFUSALS)
def list_everybodys() -> list[Todo]:
    """All todos of everybody. For managers only."""
    with auth.get_service().database.read() as db:
        return list(db.exec(select(Todo)))


def _add(owner_id: UUID, text: str) -> Todo:
    todo = Todo(owner_id=owner_id, text=text)
    with auth.get_service().database.write() as db:
        db.add(todo)
    return todo
