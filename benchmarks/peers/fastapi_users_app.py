"""fastapi-users as its documentation sets it up with the database strategy: bearer tokens in a table, looked up at each request.

`/customers` is for users, `/open/customers` the same without. At start one user gets SESSIONS tokens,
which go to TOKENS_FILE.
"""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi_users import BaseUserManager, FastAPIUsers, UUIDIDMixin, schemas
from fastapi_users.authentication import AuthenticationBackend, BearerTransport
from fastapi_users.authentication.strategy import DatabaseStrategy
from fastapi_users_db_sqlalchemy import SQLAlchemyBaseUserTableUUID, SQLAlchemyUserDatabase
from fastapi_users_db_sqlalchemy.access_token import SQLAlchemyAccessTokenDatabase, SQLAlchemyBaseAccessTokenTableUUID
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SESSIONS = 32
TOKEN_LIFETIME_SECONDS = 3600
TOKENS_FILE = Path(os.environ["TOKENS_FILE"])


class Base(DeclarativeBase):
    pass


class User(SQLAlchemyBaseUserTableUUID, Base):
    pass


class AccessToken(SQLAlchemyBaseAccessTokenTableUUID, Base):
    pass


class Customer(Base):
    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


engine = create_async_engine(f"sqlite+aiosqlite:///{os.environ['SQLITE_FILE']}")
sessions = async_sessionmaker(engine, expire_on_commit=False)


@event.listens_for(engine.sync_engine, "connect")
def set_up(connection, _record) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


async def get_db() -> AsyncIterator[AsyncSession]:
    async with sessions() as db:
        yield db


Db = Annotated[AsyncSession, Depends(get_db)]


async def get_users(db: Db) -> AsyncIterator[SQLAlchemyUserDatabase]:
    yield SQLAlchemyUserDatabase(db, User)


async def get_tokens(db: Db) -> AsyncIterator[SQLAlchemyAccessTokenDatabase]:
    yield SQLAlchemyAccessTokenDatabase(db, AccessToken)


class UserManager(UUIDIDMixin, BaseUserManager):
    pass


async def get_manager(users: Annotated[SQLAlchemyUserDatabase, Depends(get_users)]) -> AsyncIterator[UserManager]:
    yield UserManager(users)


def get_strategy(tokens: Annotated[SQLAlchemyAccessTokenDatabase, Depends(get_tokens)]) -> DatabaseStrategy:
    return DatabaseStrategy(tokens, lifetime_seconds=TOKEN_LIFETIME_SECONDS)


backend = AuthenticationBackend(name="database", transport=BearerTransport("login"), get_strategy=get_strategy)
current_user = FastAPIUsers(get_manager, [backend]).current_user(active=True)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with sessions() as db:
        manager = UserManager(SQLAlchemyUserDatabase(db, User))
        user = await manager.create(schemas.BaseUserCreate(email="johndoe@example.com", password="correct horse battery staple"))
        db.add_all([Customer(name="John Doe"), Customer(name="Jane Doe")])
        await db.commit()
        strategy = get_strategy(SQLAlchemyAccessTokenDatabase(db, AccessToken))
        tokens = [{"token": await strategy.write_token(user)} for _ in range(SESSIONS)]
    TOKENS_FILE.write_text(json.dumps(tokens))  # noqa: ASYNC240  nobody waits yet
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/open/customers")
async def open_customers(db: Db) -> list[str]:
    return list(await db.scalars(select(Customer.name).order_by(Customer.id)))


@app.get("/customers", dependencies=[Depends(current_user)])
async def customers(db: Db) -> list[str]:
    return list(await db.scalars(select(Customer.name).order_by(Customer.id)))
