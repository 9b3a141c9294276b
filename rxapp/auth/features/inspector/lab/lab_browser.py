"""A browser as an attack needs one: it holds a pair, and perhaps a key, and speaks HTTP with the running server."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx

from rxapp.auth.core.tokens.token_pair import TokenPair
from rxapp.auth.features.inspector.lab.device_key import DeviceKey
from rxapp.auth.features.inspector.lab.story import LabParty

if TYPE_CHECKING:
    from rxapp.auth.features.inspector.lab.practice import Practice

NOBODY = TokenPair("", "")
_NONCE = "DPoP-Nonce"
_REFRESH = "/api/token/refresh"


class LabCannot(Exception):
    """The attack could not be tried. The text says why, in a sentence for a person."""


@dataclass(frozen=True)
class Answer:
    """Of the server: the status, the code of a refusal, and the pair or the user."""

    status: int
    code: str
    content: dict[str, Any]

    @property
    def is_good(self) -> bool:
        """Whether it is no refusal."""
        return self.status < httpx.codes.BAD_REQUEST

    @property
    def words(self) -> str:
        """In the diagram."""
        if not self.is_good:
            return f"{self.status} {self.code}"
        what = "two new tokens" if "token" in self.content else "the owner's name" if "userName" in self.content else ""
        return f"{self.status}, {what}" if what else str(self.status)


class LabBrowser:
    """`pair` is what it holds in local storage."""

    def __init__(self, practice: "Practice", actor: LabParty, *, has_key: bool) -> None:
        self._practice, self._actor = practice, actor
        self._key = DeviceKey() if has_key else None
        self._nonce = ""
        self.pair = NOBODY

    @property
    def session_id(self) -> UUID:
        """That of the access token that it holds."""
        return self._practice.service.access_tokens.identify(self.pair.access_token).session_id

    async def log_in(self) -> None:
        """With the password of the account. Raises `LabCannot`."""
        body = {"username": self._practice.user_name, "password": self._practice.password}
        answer = await self._ask("POST", "/api/auth/login", "Log in", body)
        if not answer.is_good:
            raise LabCannot(f"Nobody can log in here with a password alone: {answer.code}. The lab needs that.")
        self._keep(answer)

    async def refresh(self, words: str = "Exchange the pair", pair: TokenPair | None = None, *, keeps: bool = True) -> Answer:
        """Exchange the pair that it holds, or another one. `keeps` says whether the answer arrives."""
        used = pair or self.pair
        body = {"accessToken": used.access_token, "refreshToken": used.refresh_token}
        answer = await self._ask("POST", _REFRESH, words, body, is_lost=not keeps)
        if answer.is_good and keeps:
            self._keep(answer)
        return answer

    async def read(self, words: str = "Who am I?") -> Answer:
        """`GET /api/me` with the access token that it holds."""
        return await self._ask("GET", "/api/me", words, access_token=self.pair.access_token)

    async def end_session(self, session_id: UUID) -> Answer:
        """End another session of the same person."""
        return await self._ask(
            "DELETE", f"/api/sessions/{session_id}", "End the other session", access_token=self.pair.access_token
        )

    def be_the_same_browser_as(self, other: "LabBrowser") -> None:
        """Another tab, or somebody who sits at it: the key is the same."""
        self._key, self._nonce, self.pair = other._key, other._nonce, other.pair

    def take(self, pair: TokenPair, words: str) -> None:
        """Hold a copy of what another browser holds. A key cannot be copied."""
        self.pair = pair
        self._practice.tell(LabParty.OWNER, self._actor, words)

    async def _ask(
        self,
        method: str,
        path: str,
        words: str,
        body: dict[str, str] | None = None,
        access_token: str = "",
        *,
        is_lost: bool = False,
    ) -> Answer:
        self._practice.tell(self._actor, LabParty.SERVER, words)
        response = await self._send(method, path, body, access_token)
        if self._key is not None and response.is_client_error and (nonce := response.headers.get(_NONCE)):
            self._nonce = nonce
            response = await self._send(method, path, body, access_token)
        answer = _read(response)
        if answer.is_good and path == _REFRESH:
            await self._practice.tell_generation()
        self._practice.tell(LabParty.SERVER, self._actor, answer.words, is_refusal=not answer.is_good, is_lost=is_lost)
        return answer

    async def _send(self, method: str, path: str, body: dict[str, str] | None, access_token: str) -> httpx.Response:
        http, headers = self._practice.http, {}
        scheme = "Bearer"
        if self._key is not None:
            url, now = str(http.base_url.join(path)), self._practice.service.clock()
            headers["DPoP"] = self._key.proof(method, url, now, nonce=self._nonce, access_token=access_token)
            scheme = "DPoP"
        if access_token:
            headers["Authorization"] = f"{scheme} {access_token}"
        return await http.request(method, path, json=body, headers=headers)

    def _keep(self, answer: Answer) -> None:
        self.pair = TokenPair(answer.content["token"], answer.content["refreshToken"])


def _read(response: httpx.Response) -> Answer:
    try:
        content = response.json()
    except ValueError:
        content = {}
    content = content if isinstance(content, dict) else {}
    return Answer(response.status_code, str(content.get("code", response.reason_phrase)), content)
