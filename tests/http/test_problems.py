"""Failures are problem documents (RFC 9457), whatever fails."""

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tests.api_in_process import assert_problem


def test_an_unknown_path_is_a_problem_too(client):
    assert_problem(client.get("/api/nothing"), 404, "not_found")


@pytest.fixture
def pages(api, tmp_path):
    """Beside the API, as Reflex mounts them: what people are shown where nothing is, and an app's own route."""
    (tmp_path / "404.html").write_text("<h1>404</h1>")
    api.routes.append(Route("/api/own", lambda _: PlainTextResponse("Not so.", 404)))
    api.mount("", Starlette(routes=[Mount("", StaticFiles(directory=tmp_path, html=True))]))


@pytest.mark.usefixtures("pages")
class TestBesideThePages:
    """Where the pages are served by the same process, whatever is no route of the API is theirs to answer."""

    @pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
    def test_an_unknown_path_of_the_api_is_a_problem_all_the_same(self, client, method):
        assert_problem(client.request(method, "/api/nothing"), 404, "not_found")

    def test_any_other_unknown_path_is_a_page(self, client):
        assert (client.get("/nothing").status_code, client.get("/nothing").text) == (404, "<h1>404</h1>")

    def test_what_an_apps_own_route_answers_stays_as_it_is(self, client):
        assert client.get("/api/own").text == "Not so."

    def test_a_405_stays_one(self, client):
        assert_problem(client.request("DELETE", "/api/auth/login"), 405, "method_not_allowed")


def test_an_unexpected_error_is_a_500_that_tells_nothing(client, api):
    @api.get("/broken")
    def broken():
        raise ZeroDivisionError("the secret is 42")

    response = client.get("/broken")
    assert_problem(response, 500, "internal_error")
    assert "42" not in response.text


def test_race_16_a_database_that_another_process_has_locked_is_503_with_retry_after(client, service):
    """SQLite; `test_outages.py` has PostgreSQL."""
    if service.database.engine.dialect.name == "sqlite":
        with service.database.engine.connect() as holder:
            holder.execute(text("DELETE FROM customer"))  # holds the write lock until this block is left
            service.database.engine.pool.dispose()
            tokens = _locked_login(client, service)
        assert_problem(tokens, 503, "temporarily_unavailable")
        assert tokens.headers["retry-after"] == "1"


def _locked_login(client, service):
    from sqlalchemy import event

    @event.listens_for(service.database.engine, "connect")
    def be_impatient(connection, _record):
        connection.execute("PRAGMA busy_timeout = 50")

    return client.post("/api/auth/login", json={"username": "johndoe", "password": "def@123"})


def test_the_openapi_document_names_every_answer_of_the_routes(client):
    paths = client.get("/openapi.json").json()["paths"]
    assert {"200", "400", "401", "413", "503"} <= paths["/api/auth/login"]["post"]["responses"].keys()
    assert {"200", "400", "413", "503"} <= paths["/api/token/refresh"]["post"]["responses"].keys()
    assert {"204", "401"} <= paths["/api/token/revoke"]["post"]["responses"].keys()
    assert {"200", "401", "403"} <= paths["/api/customers"]["get"]["responses"].keys()


def test_the_openapi_document_says_400_of_malformed_input_as_is_answered_and_never_422(client):
    document = client.get("/openapi.json").json()
    operations = [operation for operations in document["paths"].values() for operation in operations.values()]
    assert not [operation for operation in operations if "422" in operation["responses"]]
    assert all("400" in operation["responses"] for operation in operations if "requestBody" in operation)
    assert "HTTPValidationError" not in document["components"]["schemas"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/api/customers", "GET, HEAD, POST"),
        ("PATCH", "/api/customers/1", "GET, HEAD, PUT, DELETE"),
        ("DELETE", "/api/auth/login", "POST"),
        ("OPTIONS", "/.well-known/jwks.json", "GET, HEAD"),
    ],
)
def test_a_405_names_every_method_of_the_path(client, method, path, allowed):
    response = client.request(method, path)
    assert_problem(response, 405, "method_not_allowed")
    assert response.headers["Allow"] == allowed


def test_the_openapi_document_says_which_operations_want_a_token(client):
    document = client.get("/openapi.json").json()
    assert document["components"]["securitySchemes"]["accessToken"] == {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The access token of a login",
    }
    without = {
        path for path, operations in document["paths"].items() for operation in operations.values() if not operation["security"]
    }
    logins = {"/api/auth/login", "/api/auth/login/continue", "/api/auth/login/link", "/api/auth/second-factor"}
    logins |= {"/api/auth/second-factor/enrolment"}
    logins |= {"/api/auth/passkeys/options", "/api/auth/passkeys/login"}
    assert without == {*logins, "/api/token/refresh", "/.well-known/jwks.json", "/.well-known/webauthn"}
