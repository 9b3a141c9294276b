"""What the features do while the app runs, such as sending messages."""

import contextlib
from collections.abc import AsyncIterator

from rxapp.auth.http.runtime.service import get_service


@contextlib.asynccontextmanager
async def feature_tasks() -> AsyncIterator[None]:
    """A lifespan task: run the tasks of all features."""
    async with contextlib.AsyncExitStack() as running:
        for feature in get_service().features:
            if tasks := feature.load("tasks"):
                await running.enter_async_context(tasks.running())
        yield
