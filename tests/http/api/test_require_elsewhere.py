"""`auth.require` in apps that know nothing of us: a refusal is answered as such, in HTTP and in a WebSocket's handshake."""

import json
import subprocess
import sys
from typing import Annotated

import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import APIRouter, FastAPI, WebSocket
from fastapi.responses import PlainTextResponse
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from rxapp.auth import AuthService, Identity
from rxapp.auth import web as auth
from rxapp.auth.core.audit.events import EventFilter, EventKind
from rxapp.auth.core.identity.client import Client as Program
from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.http.api.app import create_api
from rxapp.auth.http.runtime.service import use_service
from tests.api_in_process import Client, assert_problem
from tests.conftest import PASSWORD, ROOT
from tests.dpop import DeviceKey
from tests.handshake import shake_hands

ORIGIN = "http://testserver"


@pytest.fixture
def database(sqlite_database):
    return sqlite_database


@pytest.fixture(scope="session")
def settings(settings):
    return settings.model_copy(update={"public_origins": (ORIGIN,)})


@pytest.fixture
def router():
    """An app's own routes."""
    router = APIRouter()

    @router.get("/anyone")
    async def anyone(caller: Annotated[Identity, auth.require()]) -> str:
        return caller.user_name

    @router.get("/managers", dependencies=[auth.require("Manager")])
    async def managers() -> str:
        return "welcome"

    @router.get("/fresh", dependencies=[auth.require(fresh=True)])
    async def fresh() -> str:
        return "welcome"

    @router.get("/strong", dependencies=[auth.require(strength="two factors")])
    async def strong() -> str:
        return "welcome"

    @router.websocket("/socket")
    async def socket(websocket: WebSocket, caller: Annotated[Identity, auth.require("Manager")]) -> None:
        await websocket.accept()
        await websocket.send_text(caller.user_name)

    return router


def with_routes(app, router):
    app.include_router(router)
    return app


HOSTS = {
    "a FastAPI app": lambda router, _: (with_routes(FastAPI(), router), ""),
    "a FastAPI app in another": lambda router, _: mounted(FastAPI(), with_routes(FastAPI(), router)),
    "a FastAPI app in a Starlette": lambda router, _: mounted(Starlette(), with_routes(FastAPI(), router)),
    "a FastAPI app in our API": lambda router, settings: mounted(create_api(settings), with_routes(FastAPI(), router)),
}


def mounted(outer, inner):
    outer.mount("/outer", inner)
    return outer, "/outer"


@pytest.fixture(params=HOSTS)
def host(request, service, router):
    """An app, and where in it the routes are."""
    use_service(service)
    return HOSTS[request.param](router, service.settings)


@pytest.fixture
def ask(host):
    app, prefix = host
    with start_blocking_portal() as portal:
        client = Client(app, portal)
        yield lambda path, token="", **headers: client.get(
            prefix + path, headers=({"Authorization": f"Bearer {token}"} if token else {}) | headers
        )
        client.close()


@pytest.fixture
def connect(host):
    app, prefix = host
    return lambda path, token="", **headers: shake_hands(
        app, prefix + path, ({"Authorization": f"Bearer {token}"} if token else {}) | headers
    )


@pytest.fixture
def clerk(service):
    service.create_user("clerk", PASSWORD, roles=["Clerk"])
    return service.log_in("clerk", PASSWORD).access_token


@pytest.fixture
def manager(pair):
    return pair.access_token


@pytest.fixture
def key():
    return DeviceKey()


@pytest.fixture
def bound(service, johndoe, key):
    """The access token of a session that is bound to the key."""
    proved = ProvedKey(key.thumbprint, "a proof that was given before")
    return service.log_in("johndoe", PASSWORD, Program(device_key=proved)).access_token


class TestOverHttp:
    def test_who_may_is_let_in(self, ask, manager):
        assert ask("/anyone", manager).json() == "johndoe"
        assert ask("/managers", manager).json() == "welcome"
        assert ask("/fresh", manager).headers["cache-control"] == "no-store"

    @pytest.mark.parametrize("token", ["", "garbage", "a.b.c"])
    def test_without_a_good_token_it_is_401_with_a_challenge(self, ask, token):
        response = ask("/anyone", token)
        assert response.status_code == 401
        assert response.headers["www-authenticate"].startswith('Bearer error="invalid_token"' if token else "Bearer")
        assert response.headers["cache-control"] == "no-store"
        assert "The token is not valid." in response.text

    def test_without_the_role_it_is_403_and_is_written_down(self, ask, host, clerk, service):
        response = ask("/managers", clerk)
        assert (response.status_code, response.headers["www-authenticate"]) == (403, 'Bearer error="insufficient_scope"')
        _, events = service.administration.events(EventFilter(kind=EventKind.PERMISSION_DENIED), limit=9)
        assert [event.detail for event in events] == [f"GET {host[1]}/managers"]

    def test_with_a_password_that_was_given_long_ago_it_is_401_and_says_so(self, ask, service, clock, pair):
        clock.move(minutes=11)
        token = service.refresh(pair.access_token, pair.refresh_token).access_token
        response = ask("/fresh", token)
        assert response.status_code == 401
        assert 'error="insufficient_user_authentication"' in response.headers["www-authenticate"]

    def test_without_a_second_factor_it_is_401_and_says_so(self, ask, manager):
        response = ask("/strong", manager)
        assert response.status_code == 401
        assert 'error="insufficient_user_authentication"' in response.headers["www-authenticate"]

    def test_a_bound_token_without_its_proof_is_challenged_with_the_next_nonce(self, ask, bound):
        response = ask("/anyone", bound)
        assert response.status_code == 401
        assert response.headers["www-authenticate"].startswith('DPoP error="invalid_dpop_proof"')
        assert response.headers["dpop-nonce"]

    def test_with_its_proof_it_is_let_in(self, ask, host, service, bound, key, clock):
        proof = key.proof("GET", f"{ORIGIN}{host[1]}/anyone", clock(), nonce=service.dpop.new_nonce(), access_token=bound)
        assert ask("/anyone", Authorization=f"DPoP {bound}", DPoP=proof).json() == "johndoe"

    def test_while_redis_is_away_it_is_503_and_says_when_to_ask_again(self, ask, host, service, bound, key, clock):
        nowhere = service.settings.model_copy(update={"redis_url": "redis://127.0.0.1:1"})
        use_service(AuthService(nowhere, service.database, clock))
        proof = key.proof("GET", f"{ORIGIN}{host[1]}/anyone", clock(), nonce=service.dpop.new_nonce(), access_token=bound)
        response = ask("/anyone", Authorization=f"DPoP {bound}", DPoP=proof)
        assert (response.status_code, response.headers["retry-after"]) == (503, "1")

    def test_while_the_database_is_away_too(self, ask, service, manager):
        with service.database.engine.begin() as connection:
            connection.execute(text("ALTER TABLE auth_session RENAME TO not_there"))
        response = ask("/anyone", manager)
        assert (response.status_code, response.headers["retry-after"]) == (503, "1")
        assert "You are still signed in" in response.text


def is_closed(sent, code=1008):
    return [message["type"] for message in sent] == ["websocket.close"] and sent[0]["code"] == code


class TestAtAHandshake:
    def test_who_may_is_let_in(self, connect, manager):
        accepted, message = connect("/socket", manager)[:2]
        assert (accepted["type"], message["text"]) == ("websocket.accept", "johndoe")

    @pytest.mark.parametrize("token", ["", "garbage", "a.b.c"])
    def test_without_a_good_token_it_is_closed_before_it_is_accepted(self, connect, token):
        sent = connect("/socket", token)
        assert is_closed(sent)
        assert sent[0]["reason"] == "invalid_token"

    def test_without_the_role_too_and_that_is_written_down(self, connect, host, clerk, service):
        sent = connect("/socket", clerk)
        assert is_closed(sent)
        assert sent[0]["reason"] == "permission_denied"
        _, events = service.administration.events(EventFilter(kind=EventKind.PERMISSION_DENIED), limit=9)
        assert [event.detail for event in events] == [f"GET {host[1]}/socket"]

    def test_a_bound_token_comes_with_a_proof_over_the_request_of_the_handshake(self, connect, host, service, bound, key, clock):
        assert is_closed(connect("/socket", bound))
        url, nonce = f"{ORIGIN}{host[1]}/socket", service.dpop.new_nonce()
        for method, target in (("POST", url), ("GET", f"{url}s")):
            proof = key.proof(method, target, clock(), nonce=nonce, access_token=bound)
            assert is_closed(connect("/socket", Authorization=f"DPoP {bound}", DPoP=proof))
        proof = key.proof("GET", url, clock(), nonce=nonce, access_token=bound)
        assert connect("/socket", Authorization=f"DPoP {bound}", DPoP=proof)[1]["text"] == "johndoe"
        assert is_closed(connect("/socket", Authorization=f"DPoP {bound}", DPoP=proof)), "each proof is good once"

    def test_while_redis_is_away_it_is_closed_too(self, connect, host, service, bound, key, clock):
        nowhere = service.settings.model_copy(update={"redis_url": "redis://127.0.0.1:1"})
        use_service(AuthService(nowhere, service.database, clock))
        url = f"{ORIGIN}{host[1]}/socket"
        proof = key.proof("GET", url, clock(), nonce=service.dpop.new_nonce(), access_token=bound)
        assert is_closed(connect("/socket", Authorization=f"DPoP {bound}", DPoP=proof), 1013)


class TestInOurOwnApi:
    def test_a_websocket_is_closed_and_not_answered_with_a_document(self, service, router, clerk, manager):
        use_service(service)
        api = with_routes(create_api(service.settings), router)
        assert is_closed(shake_hands(api, "/socket"))
        assert is_closed(shake_hands(api, "/socket", {"Authorization": f"Bearer {clerk}"}))
        assert shake_hands(api, "/socket", {"Authorization": f"Bearer {manager}"})[1]["text"] == "johndoe"


class TestAnAppsOwnWords:
    """Whoever has an answer of their own to HTTP errors gives it to ours too."""

    def test_the_apps_own_handler_says_what_is_sent(self, service, router, clerk):
        use_service(service)
        app = with_routes(FastAPI(), router)

        @app.exception_handler(HTTPException)
        async def answer(request, error):
            return PlainTextResponse(f"No: {error.detail}", error.status_code, error.headers)

        with start_blocking_portal() as portal:
            client = Client(app, portal)
            response = client.get("/managers", headers={"Authorization": f"Bearer {clerk}"})
            client.close()
        assert (response.status_code, response.text) == (403, "No: You do not have permission to do this.")

    def test_in_our_api_it_stays_a_problem_document(self, service, router, clerk):
        use_service(service)
        with start_blocking_portal() as portal:
            client = Client(with_routes(create_api(service.settings), router), portal)
            assert_problem(client.get("/managers", headers={"Authorization": f"Bearer {clerk}"}), 403, "permission_denied")
            assert_problem(client.get("/anyone"), 401, "invalid_token")
            client.close()


def test_in_a_whole_app_with_an_api_transformer_of_its_own(tmp_path):
    (tmp_path / "rxconfig.py").write_text('import reflex as rx\nconfig = rx.Config(app_name="host")\n')
    environment = {
        "PATH": "",
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": f"sqlite:///{tmp_path}/app.db",
        "RXAPP_SECRET_KEY": "k" * 40,
        "__REFLEX_SKIP_COMPILE": "true",
        "REFLEX_TELEMETRY_ENABLED": "false",
    }
    command = [sys.executable, ROOT / "tests" / "web" / "app_with_an_api.py"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
    statuses, sockets = json.loads(done.stdout.splitlines()[-1])
    assert statuses == [401, 403, 200]
    assert sockets == {path: [1008, 1008, "websocket.accept"] for path in ("/own/socket", "/api/socket")}
