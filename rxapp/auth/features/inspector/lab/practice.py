"""An account to practise on: made for one attack on the running server, and deleted before the next one.

Until then one can look it up in the database, and on the pages for administrators.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import httpx
from sqlmodel import col, select

from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import NotFound
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.sessions import statements
from rxapp.auth.core.sessions.rows import StoredSession
from rxapp.auth.features.inspector.lab.lab_browser import LabBrowser
from rxapp.auth.features.inspector.lab.naive_server import NaiveServer
from rxapp.auth.features.inspector.lab.story import LabParty, Rule, Verdict
from rxapp.auth.features.inspector.recorder import Step
from rxapp.auth.http.runtime.service import in_hashing_thread, in_thread

NAME_PREFIX, DISPLAY_NAME = "lab.", "Made by the attack lab"
"""By both together the accounts of earlier attacks are recognised, also after the server was killed."""

_in_use: set[str] = set()
"""The user names of the attacks that are being tried now."""

EARLIER = 100
"""So many are deleted at a time."""


class Practice:
    """The account, the browser of its owner, another browser, and what was said so far."""

    def __init__(self, service: AuthService, http: httpx.AsyncClient, *, is_bound: bool) -> None:
        self.service, self.http, self.is_bound = service, http, is_bound
        self.user_name = NAME_PREFIX + secrets.token_hex(6)
        self.password = secrets.token_urlsafe(24)
        self.user_id = UUID(int=0)
        self.steps: list[Step] = []
        self._generation_told = 0
        self.owner = LabBrowser(self, LabParty.OWNER, has_key=is_bound)
        self.other = LabBrowser(self, LabParty.OTHER, has_key=is_bound)
        self.naive = NaiveServer()

    async def begin(self) -> None:
        """Delete the accounts of earlier attacks, make one, and log its owner in."""
        await in_thread(_delete_earlier, self.service)
        _in_use.add(self.user_name)
        create_user = self.service.create_user
        user = await in_hashing_thread(create_user, self.user_name, self.password, display_name=DISPLAY_NAME)
        self.user_id = user.id
        await self.owner.log_in()

    def end(self) -> None:
        """The attack is over. The account stays for whoever wants to look it up."""
        self.naive.close()
        _in_use.discard(self.user_name)

    def tell(self, sender: LabParty, receiver: LabParty, words: str, *, is_refusal: bool = False, is_lost: bool = False) -> None:
        """Add an arrow to the diagram."""
        self.steps.append(Step(sender, receiver, words, is_refusal, is_lost))

    async def tell_generation(self) -> None:
        """Add what an exchange has done in the database. Of two at the same time only one has changed anything."""
        session = await self.session()
        if session is None:
            return
        now, before = session.generation, self._generation_told
        self._generation_told = now
        words = f"Generation {before}, from now on {now}" if now > before else f"It is {now} already: the same pair again"
        self.tell(LabParty.SERVER, LabParty.DATABASE, words)

    async def session(self) -> StoredSession | None:
        """The owner's session, as the database has it now."""
        return await in_thread(self._session)

    def _session(self) -> StoredSession | None:
        with self.service.database.connect() as db:
            return statements.find(db, self.owner.session_id)

    async def is_active(self) -> bool:
        """Whether the owner's session goes on."""
        session = await self.session()
        return session is not None and session.revoked_at is None and session.disabled_at is None

    async def verdict(
        self, rule: Rule, *, is_safe: bool, outcome: str, naive: str, actors: tuple[str, str] = ("You", "")
    ) -> Verdict:
        """With what the database says at the end. `actors` are the owner, and whoever the other one is, if there is one."""
        in_database = _in_words(await self.session())
        return Verdict(is_safe, outcome, naive, rule, self.is_bound, in_database, tuple(self.steps), actors)


@asynccontextmanager
async def practising(service: AuthService, http: httpx.AsyncClient, *, is_bound: bool) -> AsyncIterator[Practice]:
    """A practice on the server that `http` asks. Raises `LabCannot` if nobody can log in there with a password alone."""
    practice = Practice(service, http, is_bound=is_bound)
    try:
        await practice.begin()
        yield practice
    finally:
        practice.end()


def _delete_earlier(service: AuthService) -> None:
    is_ours = col(User.user_name).startswith(NAME_PREFIX), User.display_name == DISPLAY_NAME
    earlier = select(User.id, User.user_name).where(*is_ours)
    with service.database.connect() as db:
        users = db.execute(earlier.limit(EARLIER + len(_in_use))).all()
    for user_id, user_name in users:
        if user_name not in _in_use:
            with suppress(NotFound):  # another attack was faster
                service.administration.delete(user_id)


def _in_words(session: StoredSession | None) -> str:
    if session is None:
        return "The session is gone."
    times = {0: "not exchanged", 1: "exchanged once"}.get(session.generation, f"exchanged {session.generation} times")
    if session.revoked_at is not None:
        goes_on = f"The session has ended: {session.revoked_reason}."
    elif session.disabled_at is not None:
        goes_on = "The account is disabled."
    else:
        goes_on = "The session goes on."
    return f"{goes_on} Its two tokens were {times}."
