"""`install_auth` in a FastAPI app of somebody's own: what the app gets, what of its own stays, and when its database is ready."""

import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import Annotated

import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from sqlalchemy import inspect
from starlette.middleware.cors import CORSMiddleware

from rxapp.auth import AUTH_HISTORY, AuthError, Database, DatabaseNotMigrated, Settings, system_clock
from rxapp.auth import http as auth
from rxapp.auth.http.operations.readiness import readiness
from rxapp.auth.http.runtime.hooks import Hooks, use_hooks
from tests.api_in_process import Client
from tests.conftest import NO_LIMITS
from tests.dpop import DeviceKey

PASSWORD = "correct horse battery staple"
ALICE = {"username": "alice", "password": PASSWORD}


@pytest.fixture(autouse=True)
def process_as_before():
    """What belongs to the process and not to an app."""
    factory, interval, checks = logging.getLogRecordFactory(), sys.getswitchinterval(), dict(readiness._checks)
    yield
    logging.setLogRecordFactory(factory)
    sys.setswitchinterval(interval)
    readiness._checks = checks
    use_hooks(Hooks())


@pytest.fixture
def settings(new_sqlite_url) -> Settings:
    cheap = {"argon2_memory_kib": 8, "argon2_time_cost": 1}
    options = {"database_url": new_sqlite_url, "public_origins": ("http://testserver",)} | cheap | NO_LIMITS
    return Settings(_env_file=None, secret_key="k" * 40, **options)


def open_database(settings):
    return Database(settings.database_url, sqlite_synchronous="NORMAL")


@pytest.fixture
def app():
    """The app's own, before it is fitted."""
    app = FastAPI()

    @app.get("/mine")
    async def mine(caller: Annotated[auth.Identity, auth.require()]) -> str:
        return caller.user_name

    @app.get("/managers", dependencies=[auth.require("Manager")])
    async def managers() -> str:
        return "welcome"

    @app.get("/number/{number}")
    async def number(number: int) -> int:
        return number // 0

    return app


@contextmanager
def started(app: FastAPI) -> Iterator[Client]:
    """A client of the app while that runs: its start first, its end last, as a server does it."""
    with start_blocking_portal() as portal:
        app.middleware_stack = app.build_middleware_stack()  # which a server's first word to the app makes
        with portal.wrap_async_context_manager(app.router.lifespan_context(app)):
            client = Client(app, portal)
            yield client
            client.close()


@pytest.fixture
def start(app, settings):
    """Fits and starts the app; gives a client."""
    with ExitStack() as running:

        def start(**options) -> Client:
            auth.install_auth(app, settings=options.pop("settings", settings), **options)
            return running.enter_context(started(app))

        yield start


def bearer(answer):
    return {"Authorization": f"Bearer {answer.json()['token']}"}


class TestRoutes:
    def test_a_person_registers_logs_in_rotates_and_logs_out(self, start):
        client = start()
        registered = client.post("/api/auth/register", json=ALICE | {"displayName": "Alice"})
        assert registered.status_code == 201
        assert registered.headers["cache-control"] == "no-store"
        assert client.get("/api/me", headers=bearer(registered)).json()["displayName"] == "Alice"
        pair = client.post("/api/auth/login", json=ALICE)
        body = {"accessToken": pair.json()["token"], "refreshToken": pair.json()["refreshToken"]}
        rotated = client.post("/api/token/refresh", json=body)
        assert client.get("/mine", headers=bearer(rotated)).json() == "alice"
        assert client.post("/api/token/revoke", headers=bearer(rotated)).status_code == 204
        assert client.get("/mine", headers=bearer(rotated)).json()["code"] == "session_revoked"

    def test_a_name_that_is_taken_is_409_and_a_password_that_everybody_tries_is_400(self, start):
        client = start()
        client.post("/api/auth/register", json=ALICE)
        taken = client.post("/api/auth/register", json=ALICE)
        assert (taken.status_code, taken.json()["code"]) == (409, "user_name_taken")
        weak = client.post("/api/auth/register", json={"username": "bob", "password": "passwordpassword"})
        assert (weak.status_code, weak.json()["code"]) == (400, "password_refused")

    def test_where_people_may_not_register_there_is_no_such_route(self, start, settings):
        client = start(settings=settings.model_copy(update={"registration": False}))
        assert client.post("/api/auth/register", json=ALICE).status_code == 404
        assert "/api/auth/register" not in client.get("/openapi.json").json()["paths"]

    def test_whose_login_is_refused_for_want_of_a_key_has_no_account_either(self, start, settings):
        client = start(settings=settings.model_copy(update={"require_device_key": True}))
        for _ in range(2):  # the second time too: the name is not taken
            assert client.post("/api/auth/register", json=ALICE).json()["code"] == "device_key_required"
        assert auth.get_service().administration.find_user("alice") is None

    def test_a_key_that_is_proved_binds_the_first_session(self, start):
        client, key = start(), DeviceKey()
        url = "http://testserver/api/auth/register"
        proof = key.proof("POST", url, system_clock(), nonce=auth.get_service().dpop.new_nonce())
        registered = client.post("/api/auth/register", json=ALICE, headers={"DPoP": proof})
        assert registered.json()["token_type"] == "DPoP"
        assert registered.headers["dpop-nonce"]
        assert client.get("/mine", headers=bearer(registered)).status_code == 401
        again = client.post("/api/auth/register", json=ALICE | {"username": "bob"}, headers={"DPoP": proof})
        assert again.json()["code"] == "invalid_dpop_proof", "each proof is good once"

    def test_without_the_role_it_is_403(self, start):
        client = start()
        registered = client.post("/api/auth/register", json=ALICE)
        assert client.get("/managers", headers=bearer(registered)).json()["code"] == "permission_denied"

    def test_operators_have_their_routes(self, start):
        client = start()
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").json() == {"isReady": True, "notReady": []}

    def test_all_routes_are_in_the_apps_own_document_with_what_they_answer(self, start):
        paths = start().get("/openapi.json").json()["paths"]
        assert {"/mine", "/api/auth/login", "/api/auth/register", "/api/me", "/healthz"} <= paths.keys()
        assert "400" in paths["/number/{number}"]["get"]["responses"]
        assert "422" not in paths["/number/{number}"]["get"]["responses"]


class TestHooks:
    def test_each_is_called_with_the_person(self, start):
        called = []

        async def on_register(registration: auth.Registration) -> None:
            called.append(("registered", registration.user_name))

        async def on_login(identity: auth.Identity) -> None:
            called.append(("logged in", identity.user_name))

        async def on_log_out(identity: auth.Identity) -> None:
            called.append(("logged out", identity.user_name))

        client = start(hooks=auth.Hooks(on_register=on_register, on_login=on_login, on_log_out=on_log_out))
        registered = client.post("/api/auth/register", json=ALICE)
        client.post("/api/token/revoke", headers=bearer(registered))
        assert called == [("registered", "alice"), ("logged in", "alice"), ("logged out", "alice")]

    def test_one_that_refuses_leaves_no_account_behind(self, start):
        class NotOnTheList(AuthError):
            code = "not_on_the_list"

        async def on_register(registration: auth.Registration) -> None:
            raise NotOnTheList

        client = start(hooks=auth.Hooks(on_register=on_register))
        assert client.post("/api/auth/register", json=ALICE).json()["code"] == "not_on_the_list"
        assert client.post("/api/auth/login", json=ALICE).json()["code"] == "invalid_credentials"


class TestAnswers:
    def test_every_error_of_the_app_is_a_problem_document_with_the_id_of_the_request(self, start):
        client = start()
        codes = {"/nowhere": (404, "not_found"), "/number/x": (400, "invalid_request"), "/mine": (401, "invalid_token")}
        for path, expected in codes.items():
            answer = client.get(path)
            assert (answer.status_code, answer.json()["code"]) == expected
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["x-request-id"]

    def test_so_is_an_unexpected_error(self, start):
        answer = start().get("/number/1", headers={"X-Request-ID": "of-the-proxy"})
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
        assert answer.json()["requestId"] == answer.headers["x-request-id"] == "of-the-proxy"
        assert answer.headers["x-content-type-options"] == "nosniff"

    def test_a_handler_of_errors_that_the_app_has_stays_and_then_its_document_too(self, app, start):
        @app.exception_handler(RequestValidationError)
        async def answer(request: Request, error: RequestValidationError) -> JSONResponse:
            return JSONResponse({"mine": True}, 422)

        client = start()
        assert client.get("/number/x").json() == {"mine": True}
        assert "422" in client.get("/openapi.json").json()["paths"]["/number/{number}"]["get"]["responses"]

    def test_a_body_that_is_too_long_is_refused_whoever_would_read_it(self, app, start, settings):
        @app.post("/read")
        async def read(request: Request) -> int:
            return len(await request.body())

        answer = start().post("/read", content=b"x" * (settings.body_limit + 1))
        assert (answer.status_code, answer.json()["code"]) == (413, "request_entity_too_large")

    def test_a_page_of_the_app_keeps_its_own_sources_and_everything_else_may_load_nothing(self, app, start):
        @app.get("/page", response_class=HTMLResponse)
        async def page() -> str:
            return "<p>mine</p>"

        client = start()
        for path in ("/docs", "/page"):
            assert "content-security-policy" not in client.get(path).headers
            assert client.get(path).headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in client.get("/healthz").headers["content-security-policy"]

    def test_what_the_app_says_for_cors_stays_and_a_page_of_that_origin_may_read_the_nonce(self, app, start):
        app.add_middleware(CORSMiddleware, allow_origins=["https://pages.example.com"], allow_credentials=True)
        headers = start().get("/healthz", headers={"Origin": "https://pages.example.com"}).headers
        assert headers["access-control-allow-credentials"] == "true"
        assert "DPoP-Nonce" in headers["access-control-expose-headers"]

    def test_without_security_headers_there_are_none(self, start):
        assert "x-content-type-options" not in start(security_headers=None).get("/healthz").headers

    def test_middleware_that_the_app_adds_afterwards_is_inside_of_the_request_log(self, app, start):
        @app.middleware("http")
        async def answer(request: Request, call_next) -> PlainTextResponse:
            return PlainTextResponse("mine")

        assert start().get("/anything").headers["x-request-id"]


class TestStart:
    def test_in_development_the_tables_are_there_before_the_apps_own_start_and_its_state_is_kept(self, settings):
        seen = []

        @asynccontextmanager
        async def lifespan(app: FastAPI):
            seen.extend(inspect(auth.get_service().database.engine).get_table_names())
            yield {"of the app": "state"}

        app = FastAPI(lifespan=lifespan)
        auth.install_auth(app, settings=settings)
        with start_blocking_portal() as portal, portal.wrap_async_context_manager(app.router.lifespan_context(app)) as state:
            assert "auth_user" in seen
            assert state == {"of the app": "state"}

    def test_an_app_that_migrates_by_itself_does_not_start_with_old_tables(self, app, settings):
        auth.install_auth(app, settings=settings, migrates=False)
        with pytest.raises(DatabaseNotMigrated), started(app):
            pass

    def test_nor_does_production(self, app, settings):
        auth.install_auth(app, settings=settings.model_copy(update={"environment": "production"}))
        with pytest.raises(DatabaseNotMigrated), started(app):
            pass

    def test_and_with_tables_that_are_up_to_date_it_starts(self, start, settings):
        database = open_database(settings)
        AUTH_HISTORY.migrate(database)
        database.dispose()
        assert start(migrates=False).get("/readyz").status_code == 200

    def test_twice_is_refused(self, app, settings):
        auth.install_auth(app, settings=settings)
        with pytest.raises(auth.InstalledTwice):
            auth.install_auth(app, settings=settings)

    @pytest.mark.parametrize("route", ["POST /api/auth/login", "POST /api/auth/register", "GET /readyz"])
    def test_a_route_that_the_app_has_already_is_refused(self, settings, route):
        method, path = route.split()
        app = FastAPI()
        app.add_api_route(path, lambda: "mine", methods=[method])
        with pytest.raises(auth.RouteTaken, match=route):
            auth.install_auth(app, settings=settings)


def test_its_public_face_is_part_of_that_of_the_pages():
    """Whoever adds pages to an app on FastAPI changes one import."""
    from rxapp.auth import web

    for name in set(auth.__all__) - {"Identity", "Sender", "install_auth"}:
        assert getattr(web, name) is getattr(auth, name)
