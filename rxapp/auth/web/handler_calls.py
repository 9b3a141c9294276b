"""A call of an event handler, of whatever kind the handler is."""

import inspect
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, closing
from dataclasses import dataclass
from typing import Any

import reflex as rx

from rxapp.auth.web.page_session.work import running_work


@dataclass(frozen=True, slots=True)
class HandlerCall:
    """The handler, its state and its arguments. `is_direct` if another handler calls it."""

    handler: Callable
    state: rx.State
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    is_direct: bool = False

    async def results(self) -> AsyncGenerator[Any]:
        """What a handler of any kind yields or returns, as one stream."""
        result = self.handler(self.state, *self.args, **self.kwargs)
        if inspect.isasyncgen(result):
            async with aclosing(result):
                async for chained in result:
                    yield chained
        elif inspect.isgenerator(result):
            with closing(result):
                while True:
                    try:
                        chained = next(result)
                    except StopIteration as end:
                        yield end.value
                        return
                    yield chained
        else:
            yield await result if inspect.isawaitable(result) else result

    def as_event(self) -> rx.event.Event:
        """The event of this call, with its input, to be sent again later."""
        payload = inspect.signature(self.handler).bind(self.state, *self.args, **self.kwargs).arguments
        payload.pop(next(iter(payload)))
        name, work = f"{self.state.get_full_name()}.{self.handler.__name__}", running_work()
        if work is not None and not self.is_direct:
            name = work.event_name  # a handler that is no method of the state has another name in Reflex
        return rx.event.Event(name=name, payload=payload)
