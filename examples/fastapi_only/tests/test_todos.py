"""The todos over HTTP: only for people who have logged in, and each todo only for its owner."""

from uuid import UUID, uuid4

import pytest

from rxapp.auth import http as auth


def texts_of(client, headers):
    return [todo["text"] for todo in client.get("/todos", headers=headers).json()]


def test_who_registers_gets_a_first_todo(client, anna):
    assert texts_of(client, anna) == ["Look around"]


def test_a_todo_is_added_and_finished(client, anna):
    added = client.post("/todos", json={"text": "Buy milk"}, headers=anna)
    assert added.status_code == 201
    assert sorted(texts_of(client, anna)) == ["Buy milk", "Look around"]
    assert client.delete(f"/todos/{added.json()['id']}", headers=anna).status_code == 204
    assert texts_of(client, anna) == ["Look around"]


def test_somebody_elses_todo_is_as_unknown_as_one_that_never_was(client, anna, bob):
    bobs = client.post("/todos", json={"text": "A secret"}, headers=bob).json()["id"]
    answers = [client.delete(f"/todos/{todo_id}", headers=anna) for todo_id in (bobs, uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()
    assert "A secret" in texts_of(client, bob)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/todos"), ("POST", "/todos"), ("DELETE", f"/todos/{uuid4()}"), ("GET", "/everybodys-todos")],
)
def test_nobody_is_let_in(client, method, path):
    answer = client.request(method, path, json={"text": "Buy milk"})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


def test_only_a_manager_sees_everybodys(client, anna, bob):
    client.post("/todos", json={"text": "Of Bob's"}, headers=bob)
    assert client.get("/everybodys-todos", headers=anna).json()["code"] == "permission_denied"
    user_id = client.get("/api/me", headers=anna).json()["id"]
    auth.get_service().administration.give_role(UUID(user_id), "Manager")
    assert "Of Bob's" in {todo["text"] for todo in client.get("/everybodys-todos", headers=anna).json()}


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": 1}, {"text": "x" * 201}])
def test_what_cannot_be_kept_is_the_senders_mistake(client, anna, body):
    answer = client.post("/todos", json=body, headers=anna)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
