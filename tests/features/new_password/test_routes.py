"""A login with a stage over HTTP, from the problem document to the pair."""

import pytest

from rxapp.auth import AuthService
from rxapp.auth.http.runtime.service import use_service
from tests.api_in_process import assert_problem, bearer
from tests.conftest import PASSWORD

GOOD = "plumb orbit cadet vixen"
CONTINUE, LINK = "/api/auth/login/continue", "/api/auth/login/link"


@pytest.fixture
def strict(served, client):
    settings = served.settings.model_copy(update={"renew_refused_passwords": True})
    service = AuthService(settings, served.database, served.clock)
    use_service(service)
    return service


def log_in(client, password=PASSWORD):
    return client.post("/api/auth/login", json={"username": "johndoe", "password": password})


def test_a_login_that_is_not_complete_says_which_stage_is_due_and_goes_on(client, strict):
    answer = log_in(client)
    assert_problem(answer, 403, "login_incomplete")
    document = answer.json()
    assert document["stage"] == "new_password"
    assert "token" not in document
    done = client.post(CONTINUE, json={"pendingLogin": document["pendingLogin"], "answers": {"newPassword": GOOD}})
    assert done.status_code == 200
    me = client.get("/api/me", headers=bearer(done.json()))
    assert (me.json()["userName"], me.json()["amr"]) == ("johndoe", ["pwd"])
    assert log_in(client, GOOD).status_code == 200


def test_a_refused_answer_is_said_and_the_pending_login_stays_good(client, strict):
    pending = log_in(client).json()["pendingLogin"]
    assert_problem(
        client.post(CONTINUE, json={"pendingLogin": pending, "answers": {"newPassword": "short"}}), 400, "password_refused"
    )
    assert client.post(CONTINUE, json={"pendingLogin": pending, "answers": {"newPassword": GOOD}}).status_code == 200
    assert_problem(client.post(CONTINUE, json={"pendingLogin": pending, "answers": {"newPassword": GOOD}}), 400, "login_expired")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"pendingLogin": 1},
        {"pendingLogin": "x", "answers": []},
        {"pendingLogin": "x", "answers": {"a": "x" * 9_000}},
        {"pendingLogin": "x", "answers": {str(n): "" for n in range(9)}},
        {"pendingLogin": "\0", "answers": {}},
    ],
)
def test_what_is_malformed_is_400(client, body):
    assert_problem(client.post(CONTINUE, json=body), 400, "invalid_request")


def test_by_a_link_one_logs_in_too(client, served):
    user = served.administration.find_user("johndoe")
    answer = client.post(LINK, json={"link": served.administration.issue_password_link(user.id)})
    assert_problem(answer, 403, "login_incomplete")
    done = client.post(CONTINUE, json={"pendingLogin": answer.json()["pendingLogin"], "answers": {"newPassword": GOOD}})
    assert done.status_code == 200
    assert_problem(client.post(LINK, json={"link": "rxp1_forged"}), 400, "invalid_token")


def test_another_proof_than_the_password_confirms_only_where_there_is_one(client, tokens):
    unknown = client.post("/api/auth/confirm/fingerprint", json={"answer": "x"}, headers=bearer(tokens))
    assert_problem(unknown, 404, "not_found")
    assert_problem(client.post("/api/auth/confirm/pwd", json={}, headers=bearer(tokens)), 400, "invalid_request")
    assert_problem(client.post("/api/auth/confirm/pwd", json={"answer": "wrong"}, headers=bearer(tokens)), 403, "wrong_password")
    confirmed = client.post("/api/auth/confirm/pwd", json={"answer": PASSWORD}, headers=bearer(tokens))
    assert client.get("/api/me", headers=bearer(confirmed.json())).json()["amr"] == ["pwd"]
