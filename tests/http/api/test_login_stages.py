"""A login whose next stage is a proof, over HTTP."""

import pytest

from rxapp.auth import AuthService, InvalidCredentials, WrongCode
from rxapp.auth.core.features import Feature
from rxapp.auth.http.api.app import create_api
from rxapp.auth.http.runtime.service import use_service
from tests.api_in_process import assert_problem, bearer
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


class Factor:
    method, is_backup = "word", False

    def is_available(self, user):
        return True

    is_wanted = is_available

    def verify(self, user, answer, client):
        if answer != "sesame":
            raise WrongCode

    def remove_all(self, db, user_id, since=None):
        return 0


class TestASecondFactor:
    @pytest.fixture(autouse=True)
    def api(self, served):
        features = [Feature("factor", second_factors=(lambda _: Factor(),))]
        use_service(AuthService(served.settings, served.database, served.clock, features=features))
        return create_api(served.settings, features)

    @pytest.fixture
    def refused(self, client):
        return client.post("/api/auth/login", json={"username": "johndoe", "password": PASSWORD})

    def test_is_asked_for_with_a_refusal_that_old_clients_understand(self, refused):
        assert_problem(refused, 401, "second_factor_required")
        assert refused.headers["www-authenticate"] == "Bearer"
        assert refused.headers["cache-control"] == "no-store"
        assert refused.json()["methods"] == ["word"]
        assert refused.json().keys() >= {"pendingLogin", "expiresAt"}
        assert not refused.json().keys() & {"token", "refreshToken"}

    def test_lets_one_in(self, client, refused):
        body = {"pendingLogin": refused.json()["pendingLogin"], "method": "word", "code": "sesame"}
        pair = client.post("/api/auth/second-factor", json=body)
        assert pair.status_code == 200
        assert client.get("/api/me", headers=bearer(pair.json())).json()["amr"] == ["pwd", "word", "mfa"]

    def test_that_is_wrong_is_refused_and_may_be_tried_again(self, client, refused):
        body = {"pendingLogin": refused.json()["pendingLogin"], "method": "word", "code": "open"}
        assert_problem(client.post("/api/auth/second-factor", json=body), 401, "wrong_code")
        assert client.post("/api/auth/second-factor", json=body | {"code": "sesame"}).status_code == 200

    @pytest.mark.parametrize("body", [{}, {"pendingLogin": "x"}, {"pendingLogin": "x", "method": "word", "code": 1}])
    def test_that_is_malformed_is_400(self, client, body):
        assert_problem(client.post("/api/auth/second-factor", json=body), 400, "invalid_request")

    def test_for_a_login_that_was_never_begun_is_400(self, client):
        body = {"pendingLogin": "rxl1_forged", "method": "word", "code": "sesame"}
        assert_problem(client.post("/api/auth/second-factor", json=body), 400, "login_expired")


def test_without_such_a_feature_there_is_no_such_route(served):
    assert "/api/auth/second-factor" not in create_api(served.settings, []).openapi()["paths"]
