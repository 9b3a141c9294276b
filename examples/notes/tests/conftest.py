"""The app on a migrated database: the one in `DATABASE_URL`, or a new one."""

import os
import secrets
import tempfile

os.environ.setdefault("DATABASE_URL", f"sqlite:///{tempfile.mkdtemp()}/notes.db")
os.environ |= {"RXAPP_SECRET_KEY": secrets.token_urlsafe(32), "RXAPP_ARGON2_MEMORY_KIB": "8", "RXAPP_ARGON2_TIME_COST": "1"}

import pytest
from fastapi.testclient import TestClient
from notes.notebook import Notebook
from notes.notes import api
from reflex import model

from rxapp.auth import AUTH_HISTORY, AuthService, User
from rxapp.auth import web as auth
from rxapp.auth.web.testing import PASSWORD


@pytest.fixture(scope="session")
def service() -> AuthService:
    service = auth.get_service()
    AUTH_HISTORY.migrate(service.database)  # python -m rxapp migrate
    model.migrate()  # reflex db migrate
    return service


@pytest.fixture
def database(service):
    return service.database


@pytest.fixture
def anna(service) -> User:
    return service.create_user(f"anna-{secrets.token_hex(4)}", PASSWORD)


@pytest.fixture
def bob(service) -> User:
    return service.create_user(f"bob-{secrets.token_hex(4)}", PASSWORD)


@pytest.fixture
def annas(database, anna) -> Notebook:
    return Notebook(database, anna.id)


@pytest.fixture
def bobs(database, bob) -> Notebook:
    return Notebook(database, bob.id)


@pytest.fixture
def client(service) -> TestClient:
    """A client that has not logged in."""
    return TestClient(api)


@pytest.fixture
def sign_in(service):
    """Returns a client that has logged in as the user."""

    def sign_in(user: User) -> TestClient:
        token = service.log_in(user.user_name, PASSWORD).access_token
        return TestClient(api, headers={"Authorization": f"Bearer {token}"})

    return sign_in
