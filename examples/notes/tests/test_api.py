"""The notes over HTTP: only for people who have logged in, and each note only for its owner."""

from uuid import uuid4

import pytest

NOTE = {"title": "Shopping", "text": "Milk"}


def test_a_note_is_written_found_edited_and_deleted(sign_in, anna):
    client = sign_in(anna)
    written = client.post("/api/notes", json=NOTE)
    assert written.status_code == 201
    address = f"/api/notes/{written.json()['id']}"
    assert client.get(address).json() == written.json()
    assert client.put(address, json={"title": "Shopping", "text": "Bread"}).json()["text"] == "Bread"
    assert [note["text"] for note in client.get("/api/notes", params={"words": "brea"}).json()] == ["Bread"]
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_somebody_elses_note_is_as_unknown_as_one_that_never_was(sign_in, anna, bobs, method):
    note = bobs.add("Secret", "of Bob's")
    answers = [sign_in(anna).request(method, f"/api/notes/{note_id}", json=NOTE) for note_id in (note.id, uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()
    assert bobs.get(note.id).title == "Secret"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("POST", ""), ("GET", f"/{uuid4()}"), ("PUT", f"/{uuid4()}"), ("DELETE", f"/{uuid4()}")],
    ids=["search", "add", "get", "edit", "delete"],
)
def test_nobody_is_let_in(client, method, path):
    assert client.request(method, f"/api/notes{path}", json=NOTE).status_code == 401


@pytest.mark.parametrize("body", [{}, {"title": ""}, {"title": 1}, {"title": "x" * 121}])
def test_what_cannot_be_kept_is_the_senders_mistake(sign_in, anna, body):
    assert sign_in(anna).post("/api/notes", json=body).status_code == 400


def test_an_id_that_is_none_is_the_senders_mistake(sign_in, anna):
    assert sign_in(anna).get("/api/notes/1").status_code == 400
