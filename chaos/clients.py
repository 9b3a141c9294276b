"""Clients that behave as programs should. Each rotates its own session without pause, and retries with the pair that it holds."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx

from chaos.app import PASSWORD, USER_NAME

PAUSE_SECONDS = 0.2
"""The pause before a retry. It is shorter than `Retry-After`, so that more requests meet a fault."""


@dataclass
class Client:
    """`pair` is the last one received. `logged_out_for` is the code of the server's refusal, or empty."""

    http: httpx.AsyncClient
    pair: dict[str, str] = field(default_factory=dict, repr=False)
    rotations: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    logged_out_for: str = ""
    longest_wait: float = 0.0

    async def log_in(self) -> None:
        self.pair = (await self._until_answered("POST", "/api/auth/login", {"username": USER_NAME, "password": PASSWORD})).json()

    async def rotate_until(self, is_over: asyncio.Event) -> None:
        """Rotate, and use the new access token once. From then on the server detects reuse of the spent refresh token."""
        while not is_over.is_set() and not self.logged_out_for:
            await self.rotate()
            await self._until_answered("GET", "/api/me")

    async def rotate(self) -> None:
        answer = await self._until_answered("POST", "/api/token/refresh", self._body())
        if answer.status_code == httpx.codes.OK:
            self.pair = answer.json()
            self.rotations += 1

    async def rotate_twice_at_once(self) -> set[str]:
        """The refresh tokens that two tabs get. More than one would be two live successors."""
        answers = await asyncio.gather(*(self._until_answered("POST", "/api/token/refresh", self._body()) for _ in range(2)))
        good = [answer.json() for answer in answers if answer.status_code == httpx.codes.OK]
        if good:
            self.pair = good[0]
        return {pair["refreshToken"] for pair in good}

    def _body(self) -> dict[str, str]:
        return {"accessToken": self.pair["token"], "refreshToken": self.pair["refreshToken"]}

    async def _until_answered(self, method: str, path: str, body: dict[str, str] | None = None) -> httpx.Response:
        began = time.monotonic()
        headers = {"Authorization": f"Bearer {self.pair['token']}"} if self.pair else {}
        while True:
            try:
                answer = await self.http.request(method, path, json=body, headers=headers)
            except httpx.HTTPError:
                self.failures["no answer"] += 1
            else:
                self.longest_wait = max(self.longest_wait, time.monotonic() - began)
                if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                    self._note_refusal(path, answer)
                    return answer
                self.failures[str(answer.status_code)] += 1
            await asyncio.sleep(PAUSE_SECONDS)

    def _note_refusal(self, path: str, answer: httpx.Response) -> None:
        """A refused rotation is a logout. If the clock was set, an access token may be refused as expired: that is no logout."""
        if answer.is_client_error and not (answer.json()["code"] == "token_expired" and path == "/api/me"):
            self.logged_out_for = f"{path}: {answer.json()['code']}"
