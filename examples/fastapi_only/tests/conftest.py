"""The app on a new database. It makes its tables itself when it starts."""

import os
import secrets
import tempfile

os.environ.setdefault("DATABASE_URL", f"sqlite:///{tempfile.mkdtemp()}/todos.db")
os.environ |= {"RXAPP_SECRET_KEY": secrets.token_urlsafe(32), "RXAPP_ARGON2_MEMORY_KIB": "8", "RXAPP_ARGON2_TIME_COST": "1"}

import pytest
from fastapi.testclient import TestClient
from todos import app

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="session")
def client():
    """A client of the running app that has not logged in."""
    with TestClient(app) as client:
        yield client


@pytest.fixture
def register(client):
    """Makes an account. Returns the headers for that person's requests."""

    def register(name: str) -> dict[str, str]:
        form = {"username": f"{name}-{secrets.token_hex(4)}", "password": PASSWORD}
        answer = client.post("/api/auth/register", json=form)
        assert answer.status_code == 201, answer.text
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    return register


@pytest.fixture
def anna(register):
    return register("anna")


@pytest.fixture
def bob(register):
    return register("bob")
