"""`GET /api/customers` (S3, S4) and `POST /api/token/revoke` (S7)."""

import pytest

from rxapp.auth import User
from rxapp.auth.core.accounts.users import find_user
from rxapp.auth.core.audit.events import EventFilter, EventKind
from tests.api_in_process import assert_problem, bearer, refresh_body


class TestCustomers:
    def test_a_manager_gets_the_list(self, client, tokens):
        response = client.get("/api/customers", headers=bearer(tokens))
        assert (response.status_code, response.json()) == (200, ["John Doe", "Jane Doe"])

    @pytest.mark.parametrize(
        "authorization",
        [None, "", "Bearer", "Bearer ", "Bearer garbage", "Basic am9obmRvZTpkZWZAMTIz", "Bearer a.b.c", "Bearer " + "e" * 9000],
    )
    def test_without_a_good_token_it_is_401(self, client, authorization):
        response = client.get("/api/customers", headers={} if authorization is None else {"Authorization": authorization})
        assert_problem(response, 401, "invalid_token")
        challenge = response.headers["www-authenticate"]
        assert challenge.startswith('Bearer error="invalid_token"' if authorization else "Bearer, DPoP algs=")
        assert "DPoP algs=" in challenge

    def test_the_refresh_token_is_no_access_token(self, client, tokens):
        response = client.get("/api/customers", headers={"Authorization": f"Bearer {tokens['refreshToken']}"})
        assert_problem(response, 401, "invalid_token")

    def test_after_five_minutes_the_token_is_401(self, client, tokens, clock):
        clock.move(seconds=299)
        assert client.get("/api/customers", headers=bearer(tokens)).status_code == 200
        clock.move(seconds=1)
        assert_problem(client.get("/api/customers", headers=bearer(tokens)), 401, "token_expired")

    def test_without_the_role_it_is_403(self, client, service):
        service.create_user("visitor", "def@123")
        tokens = client.post("/api/auth/login", json={"username": "visitor", "password": "def@123"}).json()
        assert_problem(client.get("/api/customers", headers=bearer(tokens)), 403, "permission_denied")

    def test_who_comes_without_the_role_is_written_down(self, client, service):
        visitor = service.create_user("visitor", "def@123")
        tokens = client.post("/api/auth/login", json={"username": "visitor", "password": "def@123"}).json()
        client.get("/api/customers", headers=bearer(tokens))
        _, events = service.administration.events(EventFilter(kind=EventKind.PERMISSION_DENIED), limit=9)
        assert [(event.user_id, event.detail) for event in events] == [(visitor.id, "GET /api/customers")]

    def test_a_role_that_was_taken_away_is_gone_at_once(self, client, tokens, service):
        with service.database.write() as db:
            db.get_one(User, find_user(db, "johndoe").id).roles = []
        assert_problem(client.get("/api/customers", headers=bearer(tokens)), 403, "permission_denied")

    def test_the_scheme_is_compared_without_regard_to_case(self, client, tokens):
        assert client.get("/api/customers", headers={"Authorization": f"bearer {tokens['token']}"}).status_code == 200

    @pytest.mark.parametrize("around", ["\x0b", "\x1c", "\x1f", "\x85", "\xa0"], ids=lambda sign: hex(ord(sign)))
    def test_what_python_takes_for_white_space_is_no_part_of_a_header_and_is_401(self, client, tokens, around):
        headers = {"Authorization": f"Bearer {tokens['token']}{around}".encode("latin-1")}
        assert_problem(client.get("/api/customers", headers=headers), 401, "invalid_token")


class TestRevoke:
    def test_it_is_204_and_both_tokens_are_dead(self, client, tokens):
        response = client.post("/api/token/revoke", headers=bearer(tokens))
        assert (response.status_code, response.content) == (204, b"")
        assert_problem(client.post("/api/token/refresh", json=refresh_body(tokens)), 400, "session_revoked")
        assert_problem(client.get("/api/customers", headers=bearer(tokens)), 401, "session_revoked")
        assert_problem(client.post("/api/token/revoke", headers=bearer(tokens)), 401, "session_revoked")

    def test_without_a_token_it_is_401(self, client):
        assert_problem(client.post("/api/token/revoke"), 401, "invalid_token")

    def test_other_sessions_of_the_same_user_live_on(self, client, tokens):
        other = client.post("/api/auth/login", json={"username": "johndoe", "password": "def@123"}).json()
        client.post("/api/token/revoke", headers=bearer(tokens))
        assert client.get("/api/customers", headers=bearer(other)).status_code == 200
