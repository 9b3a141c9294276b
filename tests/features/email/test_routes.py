"""E-mail over HTTP."""

import pytest

from rxapp.auth import AuthService
from rxapp.auth.features.email.rules.own_address import address_of
from tests.api_in_process import assert_problem, bearer
from tests.conftest import PASSWORD
from tests.features.email.conftest import ADDRESS
from tests.mailbox import newest

NEW = "plumb orbit cadet vixen"


@pytest.fixture
def john(client, served, tokens):
    """johndoe's tokens; he has an address."""
    asked = client.request("PUT", "/api/account/email", json={"address": ADDRESS}, headers=bearer(tokens))
    assert asked.status_code == 202
    answer = {"proof": asked.json()["proof"], "code": newest(served).code}
    confirmed = client.post("/api/account/email/confirm", json=answer, headers=bearer(tokens))
    assert confirmed.json() == {"address": ADDRESS}
    return tokens


def test_the_address_is_read_changed_and_removed(client, served, john):
    assert client.get("/api/account/email", headers=bearer(john)).json() == {"address": ADDRESS}
    assert client.request("DELETE", "/api/account/email", headers=bearer(john)).status_code == 204
    assert client.get("/api/account/email", headers=bearer(john)).json() == {"address": ""}
    assert_problem(client.request("DELETE", "/api/account/email", headers=bearer(john)), 404, "not_found")
    undone = client.post("/api/auth/email/undo", json={"link": newest(served, ADDRESS, "address_removed").link})
    assert undone.status_code == 204
    assert client.get("/api/account/email", headers=bearer(john)).status_code == 401


def test_a_change_needs_a_fresh_authentication(client, served, john, clock):
    clock.move(minutes=4)
    stale = served.settings.model_copy(update={"fresh_authentication_period": served.settings.rotation_grace_period})
    from rxapp.auth.http.runtime.service import use_service

    use_service(AuthService(stale, served.database, served.clock))
    for method, body in (("PUT", {"address": "new@example.com"}), ("DELETE", None)):
        refused = client.request(method, "/api/account/email", json=body, headers=bearer(john))
        assert_problem(refused, 401, "fresh_authentication_required")


def test_a_forgotten_password_from_the_question_to_the_pair(client, served, john):
    asked = client.post("/api/auth/email/password-reset", json={"login": ADDRESS})
    assert asked.status_code == 202
    nobody = client.post("/api/auth/email/password-reset", json={"login": "nobody"})
    assert (nobody.status_code, nobody.json().keys()) == (202, asked.json().keys())
    sent = newest(served, ADDRESS, "reset")
    assert_problem(client.post("/api/auth/email/login", json=asked.json() | {"code": "1"}), 401, "wrong_code")
    incomplete = client.post("/api/auth/email/login", json=asked.json() | {"code": sent.code})
    assert_problem(incomplete, 403, "login_incomplete")
    answer = {"pendingLogin": incomplete.json()["pendingLogin"], "answers": {"newPassword": NEW}}
    assert client.post("/api/auth/login/continue", json=answer).status_code == 200
    assert client.get("/api/me", headers=bearer(john)).status_code == 401
    assert_problem(client.post("/api/auth/email/login", json={"link": sent.link}), 400, "mailed_proof_ended")


def test_one_logs_in_with_a_code(client, served, john):
    asked = client.post("/api/auth/email/code", json={"login": "johndoe"})
    done = client.post("/api/auth/email/login", json=asked.json() | {"code": newest(served, ADDRESS, "login").code})
    assert client.get("/api/me", headers=bearer(done.json())).json()["amr"] == ["email"]


def test_one_confirms_who_one_is_with_a_code(client, served, john):
    asked = client.post("/api/auth/confirm/email/code", headers=bearer(john))
    answer = f"{asked.json()['proof']} {newest(served, ADDRESS, 'step_up').code}"
    confirmed = client.post("/api/auth/confirm/email", json={"answer": answer}, headers=bearer(john))
    assert client.get("/api/me", headers=bearer(confirmed.json())).json()["amr"] == ["pwd", "email"]


def test_this_was_not_me_ends_the_sessions(client, served, john):
    client.post("/api/auth/login", json={"username": "johndoe", "password": PASSWORD}, headers={"User-Agent": "other/1"})
    assert client.post("/api/auth/email/not-me", json={"link": newest(served, ADDRESS, "new_device").link}).status_code == 204
    refused = client.get("/api/me", headers=bearer(john))
    assert refused.json()["reason"] == "disowned"


@pytest.mark.parametrize("path", ["undo", "not-me", "login"])
@pytest.mark.parametrize("link", ["", "rxm1_", "rxm1_" + "A" * 64, "x" * 5_000, "rxp1_" + "A" * 74, "\0", 1, None])
def test_a_link_that_is_none_is_400(client, path, link):
    assert client.post(f"/api/auth/email/{path}", json={"link": link}).status_code == 400


@pytest.mark.parametrize(
    "body", [{}, {"login": ""}, {"login": None}, {"login": "x" * 321}, {"login": ["x"]}, {"login": "\0"}, []]
)
def test_a_malformed_question_is_400(client, body):
    for path in ("password-reset", "code"):
        assert_problem(client.post(f"/api/auth/email/{path}", json=body), 400, "invalid_request")


def test_in_the_middle_of_a_login_an_address_is_confirmed(client, served):
    from rxapp.auth.http.runtime.service import use_service

    strict = AuthService(served.settings.model_copy(update={"email": "required"}), served.database, served.clock)
    use_service(strict)
    pending = client.post("/api/auth/login", json={"username": "johndoe", "password": PASSWORD}).json()
    assert pending["stage"] == "email"
    asked = client.post("/api/auth/email/address", json={"pendingLogin": pending["pendingLogin"], "address": ADDRESS})
    answers = asked.json() | {"code": newest(strict).code}
    done = client.post("/api/auth/login/continue", json={"pendingLogin": pending["pendingLogin"], "answers": answers})
    assert done.status_code == 200
    assert address_of(strict, strict.administration.find_user("johndoe").id) == ADDRESS
