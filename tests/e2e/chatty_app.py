"""An app whose handlers fail with what they were sent, fitted with one of the ways in which apps set up logging."""

import asyncio
import logging
import os
import sys
import warnings
from typing import Any

import reflex as rx
from fastapi import FastAPI
from pydantic import BaseModel

from rxapp.auth import get_settings
from rxapp.auth import web as auth

SET_UP = os.environ["RXAPP_TEST_LOGGING"]

shop = logging.getLogger("shop")


def own_handler() -> None:
    """One on the root, and one on loggers of libraries, as an author does who wants to see more of them."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("OWN %(name)s %(message)s %(args)s"))
    for name in ("", "reflex", "socketio.server", "engineio.server", "asyncio"):
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.captureWarnings(capture=True)


def own_record_factory() -> None:
    """Made anew, after us, without asking for ours."""
    logging.basicConfig(level=logging.DEBUG)
    logging.setLogRecordFactory(logging.LogRecord)


SET_UPS_BEFORE = {"basicConfig before": lambda: logging.basicConfig(level=logging.DEBUG)}
SET_UPS_AFTER = {
    "basicConfig after": lambda: logging.basicConfig(level=logging.DEBUG, force=True),
    "configure_logging": lambda: auth.configure_logging(get_settings()),
    "own handler": own_handler,
    "own record factory": own_record_factory,
}


class Order(BaseModel):
    amount: int


class ChattyState(rx.State):
    amount: int = 0

    @rx.event
    async def fail(self, said: str) -> None:
        raise ValueError(f"no such thing: {said}")

    @rx.event
    def fail_by_key(self, said: str) -> None:
        try:
            {}[said]
        except KeyError as error:
            raise LookupError(said) from error

    @rx.event
    async def fail_together(self, said: str) -> None:
        error = ExceptionGroup(said, [ValueError(said), TypeError(said)])
        error.add_note(said)
        raise error

    @rx.event
    async def validate_order(self, said: str) -> None:
        Order(amount=said)

    @rx.event
    async def set_amount(self, said: Any) -> None:
        self.amount = said

    @rx.event(background=True)
    async def fail_meanwhile(self, said: str) -> None:
        raise RuntimeError(said)

    @rx.event
    async def forget_a_task(self, said: str) -> None:
        async def fail() -> None:
            raise RuntimeError(said)

        asyncio.create_task(fail(), name=said)  # noqa: RUF006

    @rx.event
    async def take_a_number(self, number: int) -> None:
        self.amount = number

    @rx.event
    async def serialize_order(self, said: str) -> None:
        Order.model_construct(amount=said).model_dump()

    @rx.event
    async def say(self, said: str) -> None:
        shop.warning("the author logs %s", said)
        shop.warning(f"the author logs {said}")
        warnings.warn("the author warns", stacklevel=1)

    @rx.var
    def half(self) -> float:
        return 1 / (self.amount - 13)


own_api = FastAPI()


@own_api.get("/own/fail")
async def fail_over_http(said: str) -> None:
    raise ValueError(f"no such thing over http: {said}")


SET_UPS_BEFORE.get(SET_UP, lambda: None)()
app = rx.App(api_transformer=own_api)
auth.install_auth(app)
SET_UPS_AFTER.get(SET_UP, lambda: None)()
