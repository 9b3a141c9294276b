"""No token that works lies anywhere at rest: not in the database, not in Redis, not in a log, after a busy run (ASVS 14.2.7)."""

import io
import itertools
import json
import pickle
import re
import zlib

import httpx
import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.core.login.stages import LoginAttempt
from tests.authenticator import add_passkey
from tests.e2e.conftest import EXPIRED, PASSWORD, USER, expect_login_with, expect_stored, log_in, refresh_button, sign_in, stored
from tests.e2e.database import open_service
from tests.e2e.production_server import ProductionServer
from tests.e2e.server import SECRET_KEY
from tests.one_time_codes import code_at

pytestmark = pytest.mark.production

PART = 24
"""Characters of a token that are searched for: 144 bits, more than chance could put anywhere."""


@pytest.fixture(scope="module")
def server(production_server) -> ProductionServer:
    return production_server


class Seen:
    """Every secret that a browser or an HTTP client was given or sent, and whether each still worked when the run was over."""

    def __init__(self) -> None:
        self.tokens: set[str] = set()
        self.enrolled: set[str] = set()
        """The secret of an authenticator app, recovery codes, and what a passkey has signed."""

    def hear(self, text: object) -> None:
        """Note what looks like a JWT, a refresh token, a pending login or a set-password link."""
        self.tokens |= set(re.findall(r"eyJ[\w-]{20,}\.[\w-]+\.[\w-]+|rxr1_[\w-]{40,}|rx[pl]1_[\w-]{20,}", str(text)))

    def watch(self, tab) -> None:
        tab.on("websocket", lambda socket: [socket.on(event, self.hear) for event in ("framereceived", "framesent")])

    def parts(self) -> set[bytes]:
        """What cannot be missed of each: the end, which no other token shares and without which none works."""
        return {token[-PART:].encode() for token in self.tokens} | {secret.encode() for secret in self.enrolled}


@pytest.fixture
def seen(request, browser, server, tab, other_profile, administrator, person, other_person, api) -> Seen:
    """A busy run: logins in pages and over HTTP, rotations, refusals, a link on an administrator's screen, a hostile pair."""
    seen = Seen()
    elsewhere = other_profile.new_page()
    for each in (tab, elsewhere):
        seen.watch(each)
    log_in(tab)
    for _ in range(3):
        before = stored(tab)
        server.move_clock(EXPIRED)
        refresh_button(tab).click()
        seen.hear(expect_stored(tab, before))
    sign_in(elsewhere, administrator, to=f"/admin/user?id={_id_of(server, person)}")
    elsewhere.get_by_role("button", name="Make a set-password link").click()
    expect(elsewhere.get_by_label("Link to set the password")).to_have_value(re.compile("rxp1_"))
    for body in ({"username": USER, "password": PASSWORD}, {"username": USER, "password": "wrong"}):
        seen.hear(api.post("/api/auth/login", json=body).text)
    pair = api.post("/api/auth/login", json={"username": person, "password": PASSWORD}).json()
    context = browser.new_context(base_url=server.pages_url)
    request.addfinalizer(context.close)
    _log_in_with_a_second_factor(seen, server, context.new_page(), other_person, api)
    for _ in range(3):
        seen.hear(pair)
        pair = api.post("/api/token/refresh", json={"accessToken": pair["token"], "refreshToken": pair["refreshToken"]}).json()
    seen.hear(pair)
    for path in ("/api/me", "/api/customers", "/api/nothing"):
        api.get(path, headers={"Authorization": f"Bearer {pair['token']}"})
        api.get(path, headers={"Authorization": f"Bearer {pair['token'][:-2]}xx"})
    api.post("/api/token/refresh", json={"accessToken": pair["token"], "refreshToken": pair["token"]})
    api.post("/api/token/refresh", content=f'{{"accessToken": "{pair["token"]}"')
    return seen


def _log_in_with_a_second_factor(seen, server, page, person, api) -> None:
    """Somebody adds an authenticator app in their page; then they log in with its code and with a recovery code."""
    seen.watch(page)
    sign_in(page, person, to="/account/security")
    page.get_by_role("button", name="Add an authenticator app").click()
    secret = page.locator("dialog code").inner_text().replace(" ", "")
    page.get_by_label("Code that the app shows now").fill(code_at(secret, server.now()))
    page.get_by_role("button", name="Add it").click()
    codes = page.get_by_role("list", name="Your recovery codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    seen.enrolled |= {secret, *codes.all_inner_texts()}
    server.move_clock(60)
    for method, code in (("otp", code_at(secret, server.now())), ("recovery", min(codes.all_inner_texts())), ("otp", secret)):
        refused = api.post("/api/auth/login", json={"username": person, "password": PASSWORD}).json()
        seen.hear(refused)
        body = {"pendingLogin": refused["pendingLogin"], "method": method, "code": code}
        seen.hear(api.post("/api/auth/second-factor", json=body).text)
    _log_in_with_a_passkey(seen, server, person, api)


def _log_in_with_a_passkey(seen, server, person, api) -> None:
    """Over HTTP, because the address of this server is an IP address, which has no passkeys. The signature is good once."""
    with open_service(server) as service:
        user = service.administration.find_user(person)
        session = service.login.with_proof(LoginAttempt(user, ("pwd", "mfa")), NO_CLIENT).pair
        made = add_passkey(service, service.verify_access(session.access_token))
    credential = json.loads(made.get(api.post("/api/auth/passkeys/options", json={}).json()))
    answer = api.post("/api/auth/passkeys/login", json={"credential": credential})
    assert answer.status_code == 200
    seen.hear(answer.text)
    seen.enrolled.add(credential["response"]["signature"])


def _id_of(server, user_name: str) -> str:
    engine = sa.create_engine(server.database_url)
    with engine.connect() as db:
        user_id = db.execute(sa.text("SELECT id FROM auth_user WHERE user_name = :name"), {"name": user_name}).scalar_one()
    engine.dispose()
    return str(user_id)


def database_dump(server) -> bytes:
    """Every row of every table, as text."""
    engine = sa.create_engine(server.database_url)
    with engine.connect() as db:
        tables = sa.inspect(db).get_table_names()
        assert {"auth_user", "auth_session", "auth_security_event", "auth_passkey"} <= set(tables)
        rows = [repr(tuple(row)) for table in tables for row in db.execute(sa.text(f'SELECT * FROM "{table}"'))]
        raw = [
            bytes(value)
            for table in tables
            for row in db.execute(sa.text(f'SELECT * FROM "{table}"'))
            for value in row
            if isinstance(value, bytes | memoryview)
        ]
    engine.dispose()
    return b"\n".join([*(row.encode() for row in rows), *raw])


def redis_dump(server) -> dict[bytes, bytes]:
    """Every key and its value, whatever its type."""
    with server.open_redis() as client:
        return {key: _value(client, key) for key in client.keys("*")}


def _value(client, key: bytes) -> bytes:
    read = {b"string": client.get, b"hash": client.hgetall, b"set": client.smembers}
    read |= {b"zset": lambda key: client.zrange(key, 0, -1), b"list": lambda key: client.lrange(key, 0, -1)}
    value = read[client.type(key)](key)
    return value if isinstance(value, bytes) else repr(value).encode()


def unpacked(data: bytes) -> bytes:
    """What a reader would find who tries to unpickle or decompress it."""
    found = [data]
    for unpack in (zlib.decompress, lambda data: repr(vars_of(pickle.load(io.BytesIO(data)))).encode()):
        try:
            found.append(unpack(data))
        except Exception:  # noqa: BLE001  it was not packed that way
            continue
    return b"\n".join(found)


def vars_of(thing: object) -> object:
    return [vars_of(part) for part in thing] if isinstance(thing, tuple | list) else getattr(thing, "__dict__", thing)


def test_no_token_lies_in_the_database_in_redis_or_in_a_log(seen, server, tab):
    assert len([token for token in seen.tokens if token.startswith("rxr1_")]) >= 8
    assert len([token for token in seen.tokens if token.startswith("eyJ")]) >= 8
    assert [token for token in seen.tokens if token.startswith("rxp1_")]
    assert [token for token in seen.tokens if token.startswith("rxl1_")]
    assert len(seen.enrolled) == 12
    states = redis_dump(server)
    assert sum(b"auth_state" in key for key in states) >= 2, "the open pages' states are there"
    places = {"database": database_dump(server), "keys of Redis": b"\n".join(states)}
    places |= {f"Redis: {key.decode()}": unpacked(value) for key, value in states.items()}
    places |= {str(log): log.read_bytes() for log in server.logs}
    assert len(server.logs) >= 5, "the app's, and those of nginx and Redis"
    assert not (server.working_directory / ".states").exists()
    secrets = seen.parts() | {SECRET_KEY.encode(), PASSWORD.encode()}
    found = [(place, secret) for (place, text), secret in itertools.product(places.items(), secrets) if secret in text]
    assert not found
    # It is not that they had ceased to work: the page goes on with what it has.
    refresh_button(tab).click()
    expect(tab.get_by_text("refreshed 4 times")).to_be_visible()


def test_nothing_that_a_page_shows_can_be_read_in_redis_either(seen, server):
    values = b"\n".join(unpacked(value) for key, value in redis_dump(server).items() if b"_state" in key)
    for shown in (b"John Doe", b"johndoe", b"Manager", b"CustomersState", b"Mozilla", b"127.0.0.1"):
        assert shown not in values


def test_a_page_whose_state_was_sealed_under_another_key_starts_over_and_knows_its_person(server, tab):
    """As after a change of the secret key, or when somebody has written to Redis."""
    log_in(tab)
    with server.open_redis() as client:
        for key in client.keys("*_reflex___state____state*"):
            client.set(key, pickle.dumps(("schema", "something else")), keepttl=True)
    tab.reload()
    expect(tab.get_by_text("John Doe")).to_be_visible()


def test_redis_can_be_emptied_and_nobody_is_signed_out(server, tab, api):
    log_in(tab)
    with server.open_redis() as client:
        client.flushall()
    tab.reload()
    expect(tab.get_by_text("John Doe")).to_be_visible()
    tab.get_by_role("button", name="Log out").click()
    expect_login_with(tab, "signed_out", "You are logged out.")
    assert httpx.get(f"{server.url}/ping").status_code == 200
