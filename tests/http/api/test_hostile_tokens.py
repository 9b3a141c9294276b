"""Thousands of hostile tokens, sent to the API in every place where a token goes: each is refused, and nothing comes of it."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest
from anyio.from_thread import start_blocking_portal

from rxapp.auth import AuthService, AuthTable
from rxapp.auth.core.throttling.action_limits import RECORDS_PER_PERIOD
from rxapp.auth.http.middleware.request_body import MAXIMUM_BODY_BYTES
from tests.api_in_process import bearer, refresh_body
from tests.hostile_tokens import ACCESS, ACCESS_HALF, EVERYWHERE, Corpus, Hostile

AT_ONCE = 50
MINIMUM = 5_000
"""Tokens in the corpus."""

ABOUT_KEYS = {"algorithm none", "key confusion", "kid injection", "key injection", "critical extensions", "another deployment"}


class Sender:
    """Sends tokens as ASGI messages: whatever bytes a token has, no client library changes or refuses them."""

    def __init__(self, api, tokens: dict[str, str]) -> None:
        self._api, self._tokens = api, tokens

    async def send(self, token: str, role: str) -> tuple[int, dict]:
        raw = token.encode("utf-8", "surrogatepass")
        if role == ACCESS:
            return await self._ask("GET", "/api/me", [(b"authorization", b"Bearer " + raw)], b"")
        body = refresh_body(self._tokens) | {"accessToken" if role == ACCESS_HALF else "refreshToken": token}
        return await self._ask("POST", "/api/token/refresh", [(b"content-type", b"application/json")], json.dumps(body).encode())

    async def _ask(self, method: str, path: str, headers: list, body: bytes) -> tuple[int, dict]:
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
        }
        scope |= {
            "query_string": b"",
            "root_path": "",
            "headers": [(b"host", b"testserver"), *headers],
            "client": ("192.0.2.1", 1),
            "server": ("testserver", 80),
        }
        sent: list[dict] = []

        async def receive() -> dict:
            return {"type": "http.request", "body": body}

        async def send(message: dict) -> None:
            sent.append(message)

        await self._api(scope, receive, send)
        return sent[0]["status"], json.loads(b"".join(message.get("body", b"") for message in sent[1:]))


@pytest.fixture
def service(settings, sqlite_database, clock):
    return AuthService(settings, sqlite_database, clock)


@pytest.fixture
def send_all(api):
    """Send tokens in roles, many at once; gives each with its answer."""

    def send_all(tokens: dict[str, str], cases: list[tuple[Hostile, str]]) -> Iterator[tuple[Hostile, str, int, dict]]:
        sender = Sender(api, tokens)

        async def all_of_them() -> list:
            answers = []
            for start in range(0, len(cases), AT_ONCE):
                batch = cases[start : start + AT_ONCE]
                answers += await asyncio.gather(*(sender.send(hostile.token, role) for hostile, role in batch))
            return answers

        with start_blocking_portal() as portal:
            answers = portal.call(all_of_them)
        for (hostile, role), (status, document) in zip(cases, answers, strict=True):
            yield hostile, role, status, document

    return send_all


def everything_stored(service: AuthService) -> dict[str, list]:
    """All rows of all tables but the audit log."""
    tables = [table for table in AuthTable.metadata.sorted_tables if table.name != "auth_security_event"]
    with service.database.connect() as db:
        return {table.name: db.execute(table.select()).all() for table in tables}


def audit_rows(service: AuthService) -> int:
    with service.database.connect() as db:
        return len(db.execute(AuthTable.metadata.tables["auth_security_event"].select()).all())


def in_roles(corpus: Iterable[Hostile], of: int) -> list[tuple[Hostile, str]]:
    """One in so many of each kind as access tokens; of those that may also stand in a refresh a third of that."""
    numbers: Counter[str] = Counter()
    cases = []
    for hostile in corpus:
        number = numbers[hostile.kind]
        numbers[hostile.kind] += 1
        cases += [(hostile, role) for role in hostile.roles if number % (of if role == ACCESS else 3 * of) == 0]
    return cases


def expected_status(hostile: Hostile, role: str) -> int:
    if role == ACCESS:
        return 401
    return 413 if len(json.dumps(hostile.token)) > MAXIMUM_BODY_BYTES else 400


@pytest.mark.parametrize("one_of", [3, pytest.param(1, marks=pytest.mark.thorough)])
def test_each_is_refused_as_access_token_and_as_either_half_of_a_refresh_and_nothing_comes_of_it(
    client, tokens, service, send_all, one_of
):
    assert client.get("/api/me", headers=bearer(tokens)).status_code == 200
    corpus = list(Corpus(service, tokens["token"], tokens["refreshToken"]))
    cases = in_roles(corpus, one_of)
    before, recorded = everything_stored(service), audit_rows(service)

    wrong, counted = [], Counter()
    for hostile, role, status, document in send_all(tokens, cases):
        counted[role] += 1
        if status != expected_status(hostile, role) or document["status"] != status or not document["code"]:
            wrong.append((hostile.kind, role, status, document, hostile.token[:200]))

    assert not wrong, f"{len(wrong)} answers are not as they should be; the first: {wrong[:5]}"
    assert set(counted) == set(EVERYWHERE)
    assert counted[ACCESS] > MINIMUM / one_of
    assert min(counted.values()) > MINIMUM / (4 * one_of)
    assert {hostile.kind for hostile, _ in cases} == {hostile.kind for hostile in corpus}
    assert everything_stored(service) == before
    assert audit_rows(service) - recorded <= RECORDS_PER_PERIOD + 1, "and that there were more"
    assert client.get("/api/me", headers=bearer(tokens)).status_code == 200
    assert client.post("/api/token/refresh", json=refresh_body(tokens)).status_code == 200


class TestPublicKeys:
    """Where the verifying key is public, what it could be mistaken for matters more."""

    @pytest.fixture(params=["EdDSA", "ES256"])
    def service(self, request, settings, sqlite_database, clock):
        settings = settings.model_copy(update={"access_token_algorithm": request.param})
        return AuthService(settings, sqlite_database, clock)

    def test_every_attack_on_keys_is_refused(self, client, tokens, service, send_all):
        corpus = [hostile for hostile in Corpus(service, tokens["token"], tokens["refreshToken"]) if hostile.kind in ABOUT_KEYS]
        assert len(corpus) > 1_000
        cases = [(hostile, ACCESS) for hostile in corpus]
        assert [answer for answer in send_all(tokens, cases) if answer[2] != 401] == []
        assert client.get("/api/me", headers=bearer(tokens)).status_code == 200


def test_an_access_token_with_padding_behind_it_is_refused(client, tokens):
    assert client.get("/api/me", headers=bearer({"token": tokens["token"] + "="})).status_code == 401


class TestSignedByTheServersOwnKey:
    """What nobody but the server can sign, and it never does: it must not take it either."""

    @pytest.fixture
    def status_of(self, client, tokens, service):
        corpus = Corpus(service, tokens["token"], tokens["refreshToken"])
        return lambda **claims: (
            client.get("/api/me", headers=bearer({"token": corpus.genuinely_signed(corpus.claims | claims)})).status_code
        )

    def test_a_token_that_is_not_to_be_used_yet_is_refused(self, status_of, clock):
        assert status_of(nbf=int(clock().timestamp()) + 3_600) == 401

    @pytest.mark.parametrize("claim", ["nbf", "name"])
    def test_a_claim_of_the_wrong_type_is_refused(self, status_of, claim):
        assert status_of(**{claim: [1]}) == 401

    @pytest.mark.parametrize("claim", ["iat", "nbf", "exp"])
    @pytest.mark.parametrize("value", [True, 4e9, "4000000000", None])
    def test_a_time_that_is_not_a_whole_number_of_seconds_is_refused(self, status_of, claim, value):
        assert status_of(**{claim: value}) == 401

    @pytest.mark.parametrize("claim", ["iat", "exp"])
    def test_a_time_beyond_what_the_machine_can_tell_is_refused(self, status_of, claim):
        assert status_of(**{claim: 2**62}) == 401
