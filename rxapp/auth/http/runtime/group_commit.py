"""Group commits: operations that have committed on the event loop wait for the disk together, and only then tell anybody.

A commit that waits for the disk needs a thread, and one waits after the other. Here all that were committed while the disk was
busy share the next wait.
"""

import asyncio
from contextlib import suppress

from rxapp.auth.core.database.engine import Database
from rxapp.auth.http.runtime.worker_threads import CallThreads


class GroupCommit:
    """For one event loop. Without a database, or on one that never commits on the event loop, nothing waits."""

    def __init__(self, database: Database | None = None) -> None:
        self._database = database
        self._thread = CallThreads(1, "rxapp-disk")
        self._next: asyncio.Future[None] | None = None
        self._syncing: asyncio.Task[None] | None = None

    async def until_on_disk(self) -> None:
        """Return when all that was committed so far is on the disk. Raises `DatabaseUnavailable`."""
        if self._database is None or not (self._next or self._database.nonblocking.has_unsynced):
            return
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        if self._syncing is None or self._syncing.done():
            self._syncing = asyncio.create_task(self._sync(self._database))
        await asyncio.shield(self._next)  # one caller that goes away must not take the others along

    def close(self) -> None:
        """End the thread."""
        self._thread.close()

    async def _sync(self, database: Database) -> None:
        while (waiting := self._next) is not None:
            self._next = None
            database.nonblocking.begin_sync()
            try:
                await self._thread.run(database.sync)
            except Exception as error:  # noqa: BLE001  whoever waits handles it
                waiting.set_exception(error)
                waiting.exception()  # perhaps nobody waits any more
            else:
                waiting.set_result(None)
            with suppress(Exception):  # whoever has committed meanwhile must not wait for ever; it is tried again
                await self._thread.run(database.nonblocking.checkpoint)
