"""A login whose next stage is a proof, over HTTP."""

from rxapp.auth import AuthService, InvalidCredentials
from rxapp.auth.core.features import Feature
from rxapp.auth.http.runtime.service import use_service
from tests.api_in_process import assert_problem
from tests.conftest import PASSWORD


class Code:
    name, order, is_proof = "code", 40, True

    def is_due(self, attempt):
        return self.name not in attempt.amr

    def complete(self, attempt, answers, client):
        raise InvalidCredentials


def test_a_wrong_answer_is_refused_as_a_wrong_password_is(served, client):
    use_service(
        AuthService(served.settings, served.database, served.clock, features=[Feature("code", stages=(lambda _: Code(),))])
    )
    wrong = client.post("/api/auth/login", json={"username": "johndoe", "password": "wrong"})
    pending = client.post("/api/auth/login", json={"username": "johndoe", "password": PASSWORD}).json()["pendingLogin"]
    for answer in wrong, client.post("/api/auth/login/continue", json={"pendingLogin": pending, "answers": {"code": "1"}}):
        assert_problem(answer, 401, "invalid_credentials")
        assert answer.headers["www-authenticate"] == "Bearer"
